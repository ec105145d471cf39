#include "os/newfile.h"
#include "os/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
write_all(int fd, struct str content)
{
	while (content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		content = str_from(content, (size_t)n);
	}
	return 0;
}

/* The directory entry is as durable as the file. */
static int
sync_directory(const char *path)
{
	char directory[PATH_MAX];
	char *slash;
	int fd, r;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return 0;
	slash[slash == directory] = '\0';
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	r = fsync(fd) < 0 ? ERR_IO : 0;
	close(fd);
	return r;
}

static int
fill(int fd, const struct newfile *file, struct str content)
{
	if ((file->uid != (uid_t)-1 || file->gid != (gid_t)-1) &&
		fchown(fd, file->uid, file->gid) < 0)
		return ERR_IO;
	if (fchmod(fd, file->mode) < 0 || write_all(fd, content) < 0 ||
		fsync(fd) < 0)
		return ERR_IO;
	return 0;
}

/* Written beside its place and then linked there, which replaces nothing. */
int
newfile_write(const struct newfile *file, struct str content)
{
	char temporary[PATH_MAX];
	int fd = -1, r, saved;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", file->path) >=
		(int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	r = labels_create_as(file->path, S_IFREG);
	if (r == 0)
		fd = mkostemp(temporary, O_CLOEXEC);
	labels_reset();
	if (fd < 0)
		return ERR_IO;
	r = fill(fd, file, content);
	if (r == 0 && link(temporary, file->path) < 0)
		r = ERR_IO;
	saved = errno;
	unlink(temporary);
	close(fd);
	errno = saved;
	return r == 0 ? sync_directory(file->path) : r;
}

int
newfile_directory(const struct newfile *directory)
{
	int r = labels_create_as(directory->path, S_IFDIR);

	if (r == 0 && mkdir(directory->path, 0700) < 0)
		r = ERR_IO;
	labels_reset();
	if (r < 0)
		return errno == EEXIST ? 0 : r;
	if ((directory->uid != (uid_t)-1 || directory->gid != (gid_t)-1) &&
		chown(directory->path, directory->uid, directory->gid) < 0)
		return ERR_IO;
	return chmod(directory->path, directory->mode) < 0 ? ERR_IO : 0;
}
