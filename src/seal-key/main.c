/*
 * mailvet-seal-key: makes the key by which the verifying milters of one host
 * know each other's results.  The service manager runs it once at each boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { KEY_SIZE = 32 };

/* 0, or -1 with errno. */
static int
write_key(int fd)
{
	unsigned char key[KEY_SIZE];
	int err = 0;

	if (getrandom(key, sizeof(key), 0) != sizeof(key) ||
		write(fd, key, sizeof(key)) != sizeof(key) ||
		fchmod(fd, 0640) < 0)
		err = -1;
	explicit_bzero(key, sizeof(key));
	return err;
}

/* Under another name first: a reader finds the whole key or none. */
static int
make_key(const char *path)
{
	char *fresh = NULL;
	int fd, err = -1;

	if (asprintf(&fresh, "%s.new", path) < 0)
		return -1;
	if (unlink(fresh) < 0 && errno != ENOENT)
		goto out;
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		goto out;
	err = write_key(fd);
	if (close(fd) < 0)
		err = -1;
	if (err == 0)
		err = rename(fresh, path);
out:
	free(fresh);
	return err;
}

int
main(int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: mailvet-seal-key FILE\n");
		return EX_USAGE;
	}
	if (make_key(argv[1]) < 0) {
		fprintf(stderr, "mailvet-seal-key: %s: %s\n", argv[1],
			strerror(errno));
		return EX_CANTCREAT;
	}
	return EX_OK;
}
