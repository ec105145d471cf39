#include "doctor/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* SMFIC_OPTNEG: length, command, version, actions, protocol. */
enum { OPTNEG_DATA = 12, PACKET = 4 + 1 + OPTNEG_DATA, MILTER_VERSION = 6 };

static int
open_socket(const char *path, int timeout)
{
	const struct timeval limit = { .tv_sec = timeout / 1000,
		.tv_usec = timeout % 1000 * 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* Also for connect(2), where the backlog is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
			0 &&
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
			sizeof(limit)) == 0 &&
		connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
negotiate(int fd)
{
	const uint32_t length = htonl(1 + OPTNEG_DATA);
	const uint32_t offer[3] = { htonl(MILTER_VERSION), htonl(0x1ff),
		htonl(0x1fffff) };
	char packet[PACKET], reply[5];
	uint32_t size;
	ssize_t n;

	memcpy(packet, &length, 4);
	packet[4] = 'O';
	memcpy(packet + 5, offer, sizeof(offer));
	if (send(fd, packet, sizeof(packet), MSG_NOSIGNAL) != sizeof(packet))
		return ERR_IO;
	n = recv(fd, reply, sizeof(reply), MSG_WAITALL);
	if (n < 0)
		return ERR_IO;
	memcpy(&size, reply, 4);
	if (n != sizeof(reply) || ntohl(size) < 1 + OPTNEG_DATA ||
		reply[4] != 'O')
		return ERR_SYNTAX;
	/* SMFIC_QUIT: length 1. */
	if (send(fd, "\0\0\0\1Q", 5, MSG_NOSIGNAL) < 0)
		return ERR_IO;
	return 0;
}

int
probe_milter(const char *path, int timeout)
{
	int fd = open_socket(path, timeout), err, saved;

	if (fd < 0)
		return ERR_IO;
	err = negotiate(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return err;
}
