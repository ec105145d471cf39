#include "milter/listen.h"

#include "base/str.h"
#include "os/labels.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int
complain(char why[LISTEN_WHY_SIZE], int err, const char *what,
	const char *detail)
{
	snprintf(why, LISTEN_WHY_SIZE, "%s: %s", what, detail);
	return err;
}

/* Does somebody accept connections at the address? */
static bool
is_alive(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return true;
	/* Any other failure does not say that nobody is there. */
	alive = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 ||
		(errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return alive;
}

/* Remove a socket that a dead process left; other files stay. */
static int
remove_stale(const struct sockaddr_un *sun, char why[LISTEN_WHY_SIZE])
{
	struct stat st;

	if (lstat(sun->sun_path, &st) < 0)
		return errno == ENOENT ? 0 :
			complain(why, ERR_IO, sun->sun_path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return complain(why, ERR_IO, sun->sun_path,
			"exists and is not a socket");
	if (is_alive(sun))
		return complain(why, ERR_IO, sun->sun_path,
			"another process is listening there");
	if (unlink(sun->sun_path) < 0)
		return complain(why, ERR_IO, sun->sun_path, strerror(errno));
	return 0;
}

/* Mode and group as configured. */
static int
set_owner(const char *path, const struct common *common,
	char why[LISTEN_WHY_SIZE])
{
	const char *name = common->socket_group;
	struct group *group = name != NULL ? getgrnam(name) : NULL;

	if (name != NULL && group == NULL)
		return complain(why, ERR_IO, name, "no such group");
	if (group != NULL && chown(path, (uid_t)-1, group->gr_gid) < 0)
		return complain(why, ERR_IO, path, strerror(errno));
	if (chmod(path, common->socket_mode) < 0)
		return complain(why, ERR_IO, path, strerror(errno));
	return 0;
}

/* bind(2) with the right label, and closed to everybody until set_owner. */
static int
bind_labelled(int fd, const struct sockaddr_un *sun)
{
	mode_t old;
	int err;

	if (labels_create_as(sun->sun_path, S_IFSOCK) < 0)
		return -1;
	old = umask(0177);
	err = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	umask(old);
	labels_reset();
	return err;
}

static int
bind_unix(const char *path, const struct common *common, struct listener *ret,
	char why[LISTEN_WHY_SIZE])
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int err;

	if (path[0] != '/')
		return complain(why, ERR_SYNTAX, path, "not an absolute path");
	if (strlen(path) >= sizeof(sun.sun_path))
		return complain(why, ERR_LIMIT, path,
			"longer than a socket path can be (107 bytes)");
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	err = remove_stale(&sun, why);
	if (err < 0)
		return err;
	ret->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ret->fd < 0 || bind_labelled(ret->fd, &sun) < 0)
		return complain(why, ERR_IO, path, strerror(errno));
	ret->path = path;
	err = set_owner(path, common, why);
	if (err == 0 && listen(ret->fd, BACKLOG) < 0)
		err = complain(why, ERR_IO, path, strerror(errno));
	return err;
}

/* The first of the addresses that can be bound; -1 and why not. */
static int
bind_first(const struct addrinfo *list, int *ret_errno)
{
	int one = 1;

	for (; list != NULL; list = list->ai_next) {
		int fd = socket(list->ai_family,
			list->ai_socktype | SOCK_CLOEXEC, 0);

		*ret_errno = errno;
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, list->ai_addr, list->ai_addrlen) == 0 &&
			listen(fd, BACKLOG) == 0)
			return fd;
		*ret_errno = errno;
		close(fd);
	}
	return -1;
}

/* getaddrinfo takes a number that is too large for its rest. */
static bool
is_port(struct str text)
{
	unsigned long port;

	for (size_t i = 0; i < text.n; i++)
		if (!is_digit(text.p[i]))
			return true; /* a name */
	return str_to_ulong(text, 65535, &port);
}

/* "port@host" */
static int
bind_inet(const char *text, int family, struct listener *ret,
	char why[LISTEN_WHY_SIZE])
{
	const struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	const char *at = strchr(text, '@');
	struct addrinfo *list;
	char port[32];
	int err;

	if (at == NULL || at == text || at - text >= (int)sizeof(port))
		return complain(why, ERR_SYNTAX, text, "expected port@host");
	snprintf(port, sizeof(port), "%.*s", (int)(at - text), text);
	if (!is_port(str_of(port)))
		return complain(why, ERR_SYNTAX, text, "no such port");
	err = getaddrinfo(at + 1, port, &hints, &list);
	if (err != 0)
		return complain(why, ERR_SYNTAX, text, gai_strerror(err));
	ret->fd = bind_first(list, &err);
	freeaddrinfo(list);
	if (ret->fd < 0)
		return complain(why, ERR_IO, text, strerror(err));
	return 0;
}

int
listen_bind(const char *address, const struct common *common,
	struct listener *ret, char why[LISTEN_WHY_SIZE])
{
	int err;

	*ret = (struct listener){ .fd = -1 };
	if (strncmp(address, "unix:", 5) == 0)
		err = bind_unix(address + 5, common, ret, why);
	else if (strncmp(address, "local:", 6) == 0)
		err = bind_unix(address + 6, common, ret, why);
	else if (strncmp(address, "inet:", 5) == 0)
		err = bind_inet(address + 5, AF_INET, ret, why);
	else if (strncmp(address, "inet6:", 6) == 0)
		err = bind_inet(address + 6, AF_INET6, ret, why);
	else
		err = complain(why, ERR_SYNTAX, address,
			"expected unix:/path, inet:port@host or "
			"inet6:port@host");
	if (err < 0)
		listen_close(ret);
	return err;
}

void
listen_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	if (listener->path != NULL)
		unlink(listener->path);
	*listener = (struct listener){ .fd = -1 };
}
