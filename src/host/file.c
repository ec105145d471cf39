#include "host/file.h"

#include "base/strbuf.h"
#include "os/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_LIMIT = 16 << 20 };

bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int
read_all(int fd, struct strbuf *into)
{
	char piece[8192];

	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			return 0;
		if (into->n + (size_t)n > SIZE_LIMIT)
			return ERR_LIMIT;
		sb_add(into, (struct str){ piece, (size_t)n });
	}
}

int
file_read(struct arena *arena, const char *path, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err, saved;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_ABSENT
							   : ERR_IO;
	err = read_all(fd, &sb);
	saved = errno;
	close(fd);
	errno = saved;
	if (err < 0)
		return err;
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

static int
write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return ERR_IO;
		if (n > 0)
			text = str_from(text, (size_t)n);
	}
	return fsync(fd) < 0 ? ERR_IO : 0;
}

/* Owner and mode of the file that is to be replaced; else root's, mode. */
static int
dress(int fd, const char *path, mode_t mode)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return fchmod(fd, mode) < 0 ? ERR_IO : 0;
	if ((st.st_uid != geteuid() || st.st_gid != getegid()) &&
		fchown(fd, st.st_uid, st.st_gid) < 0)
		return ERR_IO;
	return fchmod(fd, st.st_mode & 07777) < 0 ? ERR_IO : 0;
}

/* The new text under a name of its own; what fails is removed again. */
static int
write_new(const char *name, const char *path, struct str text, mode_t mode)
{
	int fd, err, saved;

	if (labels_create_as(path, S_IFREG) < 0)
		return ERR_IO;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	saved = errno;
	labels_reset();
	errno = saved;
	if (fd < 0)
		return ERR_IO;
	err = write_all(fd, text);
	if (err == 0)
		err = dress(fd, path, mode);
	saved = errno;
	if (close(fd) < 0 && err == 0) {
		err = ERR_IO;
		saved = errno;
	}
	if (err < 0)
		unlink(name);
	errno = saved;
	return err;
}

int
file_write(struct arena *arena, const char *path, struct str text, mode_t mode)
{
	char *target = realpath(path, NULL);
	struct strbuf sb = sb_new(arena);
	struct str name;
	int err = ERR_NOMEM;

	if (target == NULL)
		target = strdup(path);
	if (target == NULL)
		goto out;
	sb_addf(&sb, "%s.new-%ld", target, (long)getpid());
	name = sb_done(&sb);
	if (name.p == NULL)
		goto out;
	err = write_new(name.p, target, text, mode);
	if (err == 0 && rename(name.p, target) < 0) {
		err = ERR_IO;
		unlink(name.p);
	}
out:
	free(target);
	return err;
}
