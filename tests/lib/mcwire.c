#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mcwire.h"

enum {
	LEN_BYTES = 4,
	OUT_SOFT = 256 * 1024,	/* gathered output is sent above this */
	IN_FIRST = 16 * 1024,
	REPLY_MAX = 2 * 1024 * 1024,	/* nothing a filter sends is longer */
};

uint32_t
mcwire_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

static int
wait_for(const struct mcwire *w, short events, int ms)
{
	struct pollfd p = { .fd = w->fd, .events = events };
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return MC_ERR_IO;
	return n == 0 ? MC_ERR_TIMEOUT : 0;
}

static int
connect_to(struct mcwire *w, const struct sockaddr *sa, socklen_t len)
{
	int one = 1;

	w->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return MC_ERR_IO;
	/* blocking here: a UNIX connect knows no "in progress" */
	if (connect(w->fd, sa, len) < 0)
		return MC_ERR_IO;
	if (sa->sa_family != AF_UNIX)
		(void)setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	if (fcntl(w->fd, F_SETFL, O_NONBLOCK) < 0)
		return MC_ERR_IO;
	return 0;
}

static int
open_unix(struct mcwire *w, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (len >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return MC_ERR_IO;
	}
	memcpy(sun.sun_path, path, len + 1);
	return connect_to(w, (struct sockaddr *)&sun, sizeof(sun));
}

static int
open_inet(struct mcwire *w, const char *spec, int family)
{
	struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char port[8] = "";
	const char *at = strchr(spec, '@');
	size_t len = at != NULL ? (size_t)(at - spec) : strlen(spec);
	int r;

	if (len >= sizeof(port)) {
		errno = EINVAL;
		return MC_ERR_IO;
	}
	memcpy(port, spec, len);
	if (getaddrinfo(at != NULL ? at + 1 : NULL, port, &hints, &ai) != 0) {
		errno = EADDRNOTAVAIL;
		return MC_ERR_IO;
	}
	r = connect_to(w, ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(ai);
	return r;
}

int
mcwire_open(struct mcwire *w, const char *spec, int timeout_ms)
{
	int r;

	*w = (struct mcwire){ .fd = -1, .timeout_ms = timeout_ms };
	w->in = malloc(IN_FIRST);
	if (w->in == NULL)
		return MC_ERR_NOMEM;
	w->in_cap = IN_FIRST;
	if (strncmp(spec, "inet:", 5) == 0)
		r = open_inet(w, spec + 5, AF_INET);
	else if (strncmp(spec, "inet6:", 6) == 0)
		r = open_inet(w, spec + 6, AF_INET6);
	else if (strncmp(spec, "unix:", 5) == 0)
		r = open_unix(w, spec + 5);
	else if (strncmp(spec, "local:", 6) == 0)
		r = open_unix(w, spec + 6);
	else
		r = open_unix(w, spec);
	if (r < 0) {
		int e = errno;

		mcwire_close(w);
		errno = e;
	}
	return r;
}

void
mcwire_close(struct mcwire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->out);
	free(w->in);
	*w = (struct mcwire){ .fd = -1 };
}

static int
out_room(struct mcwire *w, size_t more)
{
	size_t cap = w->out_cap != 0 ? w->out_cap : 4096;
	char *p;

	if (w->out_cap - w->out_len >= more)
		return 0;
	while (cap - w->out_len < more)
		cap *= 2;
	p = realloc(w->out, cap);
	if (p == NULL)
		return MC_ERR_NOMEM;
	w->out = p;
	w->out_cap = cap;
	return 0;
}

int
mcwire_begin(struct mcwire *w, char cmd, size_t *ret_mark)
{
	int r = 0;

	if (w->out_len > OUT_SOFT)
		r = mcwire_flush(w);
	if (r == 0)
		r = out_room(w, LEN_BYTES + 1);
	if (r < 0)
		return r;
	*ret_mark = w->out_len;
	w->out[w->out_len + LEN_BYTES] = cmd;
	w->out_len += LEN_BYTES + 1;
	return 0;
}

int
mcwire_add(struct mcwire *w, const void *data, size_t len)
{
	int r = out_room(w, len);

	if (r == 0 && len > 0) {
		memcpy(w->out + w->out_len, data, len);
		w->out_len += len;
	}
	return r;
}

int
mcwire_add_u32(struct mcwire *w, uint32_t v)
{
	v = htonl(v);
	return mcwire_add(w, &v, sizeof(v));
}

void
mcwire_end(struct mcwire *w, size_t mark)
{
	uint32_t len = htonl((uint32_t)(w->out_len - mark - LEN_BYTES));

	memcpy(w->out + mark, &len, sizeof(len));
}

void
mcwire_undo(struct mcwire *w, size_t mark)
{
	w->out_len = mark;
}

int
mcwire_flush(struct mcwire *w)
{
	size_t off = 0;

	while (off < w->out_len) {
		ssize_t n = send(w->fd, w->out + off, w->out_len - off,
		    MSG_NOSIGNAL);

		if (n >= 0) {
			off += (size_t)n;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return MC_ERR_CLOSED;
		if (errno != EAGAIN && errno != EINTR)
			return MC_ERR_IO;
		if (errno == EAGAIN) {
			int r = wait_for(w, POLLOUT, w->timeout_ms);

			if (r < 0)
				return r;
		}
	}
	w->out_len = 0;
	return 0;
}

/* Make room for need bytes from in_off on. */
static int
in_room(struct mcwire *w, size_t need)
{
	char *p;

	if (w->in_off > 0) {
		memmove(w->in, w->in + w->in_off, w->in_len - w->in_off);
		w->in_len -= w->in_off;
		w->in_off = 0;
	}
	if (w->in_cap >= need)
		return 0;
	p = realloc(w->in, need);
	if (p == NULL)
		return MC_ERR_NOMEM;
	w->in = p;
	w->in_cap = need;
	return 0;
}

/* Read at least until need bytes are there. */
static int
fill(struct mcwire *w, size_t need)
{
	int r = 0;

	if (w->in_cap - w->in_off < need)
		r = in_room(w, need);
	while (r == 0 && w->in_len - w->in_off < need) {
		ssize_t n = recv(w->fd, w->in + w->in_len,
		    w->in_cap - w->in_len, 0);

		if (n > 0)
			w->in_len += (size_t)n;
		else if (n == 0 || errno == ECONNRESET || errno == EPIPE)
			r = MC_ERR_CLOSED;
		else if (errno == EAGAIN)
			r = wait_for(w, POLLIN, w->timeout_ms);
		else if (errno != EINTR)
			r = MC_ERR_IO;
	}
	return r;
}

int
mcwire_read(struct mcwire *w, struct mcpacket *ret)
{
	size_t len;
	int r = mcwire_flush(w);

	if (w->in_off == w->in_len)
		w->in_off = w->in_len = 0;
	if (r == 0)
		r = fill(w, LEN_BYTES);
	if (r < 0)
		return r;
	len = mcwire_u32(w->in + w->in_off);
	if (len < 1 || len > REPLY_MAX)
		return MC_ERR_PROTO;
	r = fill(w, LEN_BYTES + len);
	if (r < 0)
		return r;
	ret->cmd = w->in[w->in_off + LEN_BYTES];
	ret->data = w->in + w->in_off + LEN_BYTES + 1;
	ret->len = len - 1;
	w->in_off += LEN_BYTES + len;
	return 0;
}

bool
mcwire_pending(struct mcwire *w)
{
	char c;

	if (w->in_off < w->in_len)
		return true;
	return recv(w->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

int
mcwire_wait_closed(struct mcwire *w, int ms)
{
	char sink[4096];
	int r = mcwire_flush(w);

	if (r == MC_ERR_CLOSED)
		return 0;
	while (r == 0) {
		ssize_t n = recv(w->fd, sink, sizeof(sink), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return 0;
		if (n < 0)
			r = wait_for(w, POLLIN, ms);
	}
	return r;
}
