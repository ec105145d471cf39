#include "unit/dns/name_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_MAX = 65535, HEADER = 12 };

struct message {
	uint8_t bytes[MESSAGE_MAX];
	size_t n;
};

/* An answer over UDP that is not sent yet. */
struct late {
	struct late *next;
	struct sockaddr_in to;
	int64_t asked;
	struct message message;
};

struct server {
	const struct server_record *table;
	unsigned port;
	int udp, tcp, stop;
	pthread_t thread;
	struct late *late; /* in the order in which they were asked */
	atomic_bool deaf;
	atomic_uint delay, udp_count, tcp_count;
};

static int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
put(struct message *m, const void *p, size_t n)
{
	assert(m->n + n <= sizeof(m->bytes));
	memcpy(m->bytes + m->n, p, n);
	m->n += n;
}

static void
put16(struct message *m, unsigned v)
{
	put(m, (uint8_t[]){ v >> 8, v & 0xff }, 2);
}

/* The question's name in text, its type and where it ends; 0: no question. */
static size_t
parse_question(const uint8_t *q, size_t n, char name[256], unsigned *ret_type)
{
	size_t at = HEADER, out = 0;

	while (at < n && q[at] != 0 && at + 1 + q[at] < n && out < 255) {
		for (size_t i = 1; i <= q[at] && out < 254; i++) {
			char c = (char)q[at + i];

			name[out++] = c >= 'A' && c <= 'Z' ? c + 32 : c;
		}
		name[out++] = '.';
		at += 1 + q[at];
	}
	name[out > 0 ? out - 1 : 0] = '\0';
	if (at + 5 > n)
		return 0;
	*ret_type = (unsigned)(q[at + 1] << 8 | q[at + 2]);
	return at + 5;
}

static bool
matches(const struct server_record *r, const char *name, unsigned type)
{
	return (r->type == type || r->type == 5) &&
		(strcmp(r->name, name) == 0 || strcmp(r->name, "*") == 0);
}

static void
put_record(struct message *m, const struct server_record *r)
{
	bool big = r->behaviour == ANSWER_BIG || r->behaviour == TRUNCATED;

	put16(m, 0xc000 | HEADER);
	put16(m, r->behaviour == ANSWER_SIG ? 46 : r->type);
	put16(m, 1);
	put16(m, r->ttl >> 16);
	put16(m, r->ttl & 0xffff);
	put16(m, big ? 12 * 251 : (unsigned)r->size);
	if (!big)
		put(m, r->data, r->size);
	for (int i = 0; big && i < 12; i++) {
		uint8_t string[251];

		memset(string, 'a' + i, sizeof(string));
		string[0] = 250;
		put(m, string, sizeof(string));
	}
	m->bytes[7]++;
}

/* The SOA of the root, so that a negative answer has a TTL: of 2 seconds. */
static void
put_soa(struct message *m)
{
	static const uint8_t soa[] = { 0, 0, 6, 0, 1, 0, 0, 0, 2, 0, 22, 0, 0,
		0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2 };

	put(m, soa, sizeof(soa));
	m->bytes[9]++;
}

/* Answers for the whole table; false when nothing shall be said. */
static bool
respond(struct server *server, struct message *m, const char *name,
	unsigned type, bool udp)
{
	const struct server_record *r = server->table;
	bool found = false;

	for (; r->name != NULL; r++) {
		if (!matches(r, name, type))
			continue;
		found = true;
		if (r->behaviour == SILENT)
			return false;
		if (r->behaviour == GARBAGE)
			memset(m->bytes + 2, 0xff, m->n - 2);
		if (r->behaviour == WRONG_ID)
			m->bytes[1]++;
		if (r->behaviour > 0x100)
			m->bytes[3] |= r->behaviour & 0xf;
		if ((r->behaviour == TRUNCATED || r->behaviour == TCP_ONLY) &&
			udp)
			m->bytes[2] |= 2;
		else if (r->size > 0)
			put_record(m, r);
	}
	if (!found)
		m->bytes[3] |= NXDOMAIN & 0xf;
	if (m->bytes[7] == 0 && (m->bytes[3] & 0xf) % 3 == 0)
		put_soa(m);
	return true;
}

static bool
answer(struct server *server, const uint8_t *query, size_t n, bool udp,
	struct message *m)
{
	static const uint8_t counts[] = { 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0 };
	char name[256];
	unsigned type;
	size_t end = parse_question(query, n, name, &type);

	atomic_fetch_add(udp ? &server->udp_count : &server->tcp_count, 1);
	if (end == 0 || atomic_load(&server->deaf))
		return false;
	m->n = 0;
	put(m, query, 2);
	put(m, counts, sizeof(counts));
	put(m, query + HEADER, end - HEADER);
	return respond(server, m, name, type, udp);
}

static void
serve_udp(struct server *server)
{
	struct late *late = calloc(1, sizeof(*late)), **end = &server->late;
	uint8_t query[MESSAGE_MAX];
	socklen_t size = sizeof(late->to);
	ssize_t n;

	assert(late != NULL);
	n = recvfrom(server->udp, query, sizeof(query), 0,
		(struct sockaddr *)&late->to, &size);
	if (n < HEADER ||
		!answer(server, query, (size_t)n, true, &late->message)) {
		free(late);
		return;
	}
	late->asked = clock_ms();
	while (*end != NULL)
		end = &(*end)->next;
	*end = late;
}

/* Send what is due; how long to wait then, -1 when nothing is left. */
static int
send_late(struct server *server)
{
	struct late *late;

	while ((late = server->late) != NULL) {
		int64_t wait = late->asked + atomic_load(&server->delay) -
			clock_ms();

		if (wait > 0) /* the delay may be changed meanwhile */
			return wait < 10 ? (int)wait : 10;
		(void)!sendto(server->udp, late->message.bytes,
			late->message.n, 0, (struct sockaddr *)&late->to,
			sizeof(late->to));
		server->late = late->next;
		free(late);
	}
	return -1;
}

/* One question for each connection is enough. */
static void
serve_tcp(struct server *server)
{
	int fd = accept(server->tcp, NULL, NULL);
	uint8_t query[MESSAGE_MAX], length[2];
	struct message m;
	size_t n;

	if (fd < 0)
		return;
	if (recv(fd, length, 2, MSG_WAITALL) == 2) {
		n = (size_t)(length[0] << 8 | length[1]);
		if (n >= HEADER && n <= sizeof(query) &&
			recv(fd, query, n, MSG_WAITALL) == (ssize_t)n &&
			answer(server, query, n, false, &m)) {
			length[0] = (uint8_t)(m.n >> 8);
			length[1] = (uint8_t)(m.n & 0xff);
			(void)!send(fd, length, 2, MSG_NOSIGNAL | MSG_MORE);
			(void)!send(fd, m.bytes, m.n, MSG_NOSIGNAL);
		}
	}
	close(fd);
}

static void *
serve(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[] = {
		{ .fd = server->stop, .events = POLLIN },
		{ .fd = server->udp, .events = POLLIN },
		{ .fd = server->tcp, .events = POLLIN },
	};

	while (poll(fds, 3, send_late(server)) >= 0 && fds[0].revents == 0) {
		if (fds[1].revents != 0)
			serve_udp(server);
		if (fds[2].revents != 0)
			serve_tcp(server);
	}
	return NULL;
}

static int
bind_socket(int type, unsigned port)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_in addr;
	socklen_t size = sizeof(addr);

	getsockname(fd, (struct sockaddr *)&addr, &size);
	return ntohs(addr.sin_port);
}

struct server *
server_start(const struct server_record *table, unsigned port)
{
	struct server *server = calloc(1, sizeof(*server));

	assert(server != NULL);
	server->table = table;
	server->stop = eventfd(0, EFD_CLOEXEC);
	for (int i = 0; i < 100; i++) {
		server->udp = bind_socket(SOCK_DGRAM, port);
		server->port = port_of(server->udp);
		server->tcp = bind_socket(SOCK_STREAM, server->port);
		if (server->udp >= 0 && server->tcp >= 0)
			break;
		close(server->udp);
		close(server->tcp);
		usleep(10000);
	}
	assert(listen(server->tcp, 64) == 0);
	assert(pthread_create(&server->thread, NULL, serve, server) == 0);
	return server;
}

void
server_stop(struct server *server)
{
	eventfd_write(server->stop, 1);
	pthread_join(server->thread, NULL);
	while (server->late != NULL) {
		struct late *late = server->late;

		server->late = late->next;
		free(late);
	}
	close(server->stop);
	close(server->udp);
	close(server->tcp);
	free(server);
}

unsigned
server_port(const struct server *server)
{
	return server->port;
}

void
server_set_deaf(struct server *server, bool deaf)
{
	atomic_store(&server->deaf, deaf);
}

void
server_set_delay(struct server *server, unsigned milliseconds)
{
	atomic_store(&server->delay, milliseconds);
}

unsigned
server_udp_count(struct server *server)
{
	return atomic_load(&server->udp_count);
}

unsigned
server_tcp_count(struct server *server)
{
	return atomic_load(&server->tcp_count);
}
