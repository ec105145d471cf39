#include "sign/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

int
key_complain(const struct key_complaint *c, const char *what)
{
	conf_error(c->errors, c->where, "key %s: %s", c->path, what);
	return ERR_CONFIG;
}

/* Root, who only checks or makes keys, looks at them for the signer. */
static bool
is_ours(const struct stat *st)
{
	const struct passwd *signer;

	if (st->st_uid == 0 || st->st_uid == geteuid())
		return true;
	if (geteuid() != 0)
		return false;
	signer = getpwnam(SIGN_USER);
	return signer != NULL && signer->pw_uid == st->st_uid;
}

/* Likewise the group.  Where there is no signer root cannot tell. */
static bool
is_our_group(const struct stat *st)
{
	const struct passwd *signer;

	if (st->st_gid == 0 || st->st_gid == getegid())
		return true;
	if (geteuid() != 0)
		return false;
	signer = getpwnam(SIGN_USER);
	return signer == NULL || signer->pw_gid == st->st_gid;
}

/* Who is let in by the mode of the file; NULL: nobody who should not be. */
static const char *
who_else(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if (!is_ours(st))
		return "belongs to another user";
	if ((st->st_mode & S_IRWXO) != 0)
		return "is open to all users; make its mode 0640 or 0600";
	if ((st->st_mode & S_IWGRP) != 0)
		return "can be written by its group; make its mode 0640";
	if ((st->st_mode & S_IRGRP) != 0 && !is_our_group(st))
		return "can be read by a group that is not the signer's";
	if (st->st_size > KEY_FILE_MAX)
		return "is too large for a key";
	return NULL;
}

/* Up to size bytes; how many, or -1. */
static ssize_t
read_all(int fd, char *to, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, to + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

int
key_file_read(const struct key_complaint *c, char *text, size_t *ret)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *who;
	struct stat st;
	ssize_t n = -1;

	if (fd < 0 || fstat(fd, &st) < 0) {
		key_complain(c, strerror(errno));
		goto out;
	}
	who = who_else(&st);
	if (who != NULL) {
		key_complain(c, who);
		goto out;
	}
	n = read_all(fd, text, KEY_FILE_MAX);
	if (n < 0)
		key_complain(c, strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return ERR_CONFIG;
	*ret = (size_t)n;
	return 0;
}
