#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
check_kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return ERR_IO;
	return S_ISREG(st.st_mode) ? 0 : ERR_NOT_FILE;
}

int
file_open(const char *path, FILE **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err = fd < 0 ? ERR_IO : check_kind(fd);
	FILE *file = err == 0 ? fdopen(fd, "r") : NULL;
	int saved = errno;

	if (file == NULL && fd >= 0)
		close(fd);
	errno = saved;
	if (file != NULL)
		*ret = file;
	else if (err == 0)
		err = ERR_IO;
	return err;
}

const char *
file_why(int err)
{
	return err == ERR_IO ? strerror(errno) : err_text(err);
}

bool
file_is_open_to_all(FILE *file)
{
	struct stat st;

	return fstat(fileno(file), &st) < 0 || (st.st_mode & S_IWOTH) != 0;
}
