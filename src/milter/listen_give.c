/*
 * Handing a listening descriptor to libmilter.
 */
#include "milter/listen.h"

#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FD_SEARCH = 256 };

/* The descriptor that is bound to path; -1 if there is none. */
static int
find_bound(const char *path)
{
	for (int fd = 3; fd < FD_SEARCH; fd++) {
		struct sockaddr_un sun = { .sun_family = AF_UNSPEC };
		socklen_t size = sizeof(sun);

		if (getsockname(fd, (struct sockaddr *)&sun, &size) == 0 &&
			sun.sun_family == AF_UNIX &&
			strncmp(sun.sun_path, path, sizeof(sun.sun_path)) == 0)
			return fd;
	}
	return -1;
}

int
listen_give_in_place(int fd)
{
	char dir[] = "/tmp/mailvet-XXXXXX";
	char path[sizeof(dir) + 8], address[sizeof(path) + 8];
	int err = ERR_LIBRARY, opened;

	if (mkdtemp(dir) == NULL)
		return ERR_IO;
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
	if (smfi_setconn(address) == MI_SUCCESS &&
		smfi_opensocket(0) == MI_SUCCESS) {
		opened = find_bound(path);
		if (opened >= 0 && dup2(fd, opened) == opened)
			err = 0;
	}
	unlink(path);
	rmdir(dir);
	return err;
}

int
listen_give(int fd)
{
	char address[32];

	snprintf(address, sizeof(address), "fd:%d", fd);
	if (smfi_setconn(address) == MI_SUCCESS &&
		smfi_opensocket(0) == MI_SUCCESS)
		return 0;
	return listen_give_in_place(fd);
}
