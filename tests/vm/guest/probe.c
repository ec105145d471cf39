/*
 * probe: tries one thing that a milter must not do; the exit status is errno.
 *
 *	read FILE, unlink FILE, connect SOCKET, execute FILE, network IP PORT
 *
 * Static, so that only what it tries can be denied.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
do_read(char **words)
{
	return open(words[0], O_RDONLY);
}

static int
do_unlink(char **words)
{
	return unlink(words[0]);
}

static int
do_execute(char **words)
{
	return execl(words[0], words[0], "-c", "exit 0", NULL);
}

static int
do_connect(char **words)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", words[0]);
	return fd < 0 ? -1 :
			connect(fd, (const struct sockaddr *)&sun, sizeof(sun));
}

static int
do_network(char **words)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)atoi(words[1])) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || inet_pton(AF_INET, words[0], &sin.sin_addr) != 1)
		return -1;
	return connect(fd, (const struct sockaddr *)&sin, sizeof(sin));
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*try)(char **words);
	} tries[] = { { "read", do_read }, { "unlink", do_unlink },
		{ "execute", do_execute }, { "connect", do_connect },
		{ "network", do_network } };

	for (size_t i = 0; argc > 2 && i < sizeof(tries) / sizeof(*tries); i++)
		if (strcmp(argv[1], tries[i].name) == 0)
			return tries[i].try(argv + 2) < 0 ? errno : 0;
	return 99;
}
