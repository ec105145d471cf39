#include "dmarc/hourfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, NAME_SIZE = sizeof("/YYYYMMDDHH.jsonl") + 8 };

int
hourfile_init(struct hourfile *f, const char *directory)
{
	f->directory = strdup(directory);
	if (f->directory == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&f->lock, NULL);
	f->fd = -1;
	f->dirty = f->torn = false;
	return 0;
}

static void
put_fd(struct hourfile *f, int fd)
{
	int old;

	pthread_mutex_lock(&f->lock);
	old = f->fd;
	f->fd = fd;
	pthread_mutex_unlock(&f->lock);
	if (old >= 0)
		close(old);
}

/* Nobody may trick us into writing to anything but a file. */
static int
open_hour(struct hourfile *f, long hour)
{
	time_t when = (time_t)hour * HOUR;
	char path[PATH_MAX], name[NAME_SIZE];
	struct stat st;
	struct tm tm;
	int fd;

	gmtime_r(&when, &tm);
	strftime(name, sizeof(name), "/%Y%m%d%H.jsonl", &tm);
	if ((size_t)snprintf(path, sizeof(path), "%s%s", f->directory, name) >=
		sizeof(path))
		return ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
		O_NOFOLLOW | O_NONBLOCK, 0640);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return EINVAL;
	}
	/* We may not read it: it may end within a line of a killed writer. */
	f->torn = st.st_size > 0;
	f->hour = hour;
	put_fd(f, fd);
	return 0;
}

/* Is the open file still that of the directory? */
static bool
is_current(const struct hourfile *f, long hour)
{
	struct stat st;

	return f->fd >= 0 && f->hour == hour && fstat(f->fd, &st) == 0 &&
		st.st_nlink > 0;
}

int
hourfile_write(struct hourfile *f, const char *text, size_t n)
{
	long hour = (long)(time(NULL) / HOUR);
	ssize_t done;
	int error;

	if (!is_current(f, hour)) {
		/* What the last hour's file still lacks on disk, first. */
		hourfile_sync(f);
		error = open_hour(f, hour);
		if (error != 0)
			return error;
	}
	if (!f->torn) {
		text++;
		n--;
	}
	do {
		done = write(f->fd, text, n);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return errno;
	pthread_mutex_lock(&f->lock);
	f->dirty = true;
	pthread_mutex_unlock(&f->lock);
	f->torn = (size_t)done < n;
	return f->torn ? ENOSPC : 0;
}

int
hourfile_sync(struct hourfile *f)
{
	int fd = -1, error = 0;

	pthread_mutex_lock(&f->lock);
	if (f->dirty && f->fd >= 0)
		fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	f->dirty = false;
	pthread_mutex_unlock(&f->lock);
	if (fd < 0)
		return 0;
	if (fdatasync(fd) < 0)
		error = errno;
	close(fd);
	return error;
}

void
hourfile_close(struct hourfile *f)
{
	put_fd(f, -1);
	pthread_mutex_destroy(&f->lock);
	free(f->directory);
}
