/*
 * Packets of the milter protocol on a stream socket: four bytes of length
 * in network order, a command byte, data.
 *
 * Output is gathered until somebody waits for an answer, so that a run of
 * events without replies costs one system call.  Both buffers live as
 * long as the connection and only grow.  No global state.
 */
#ifndef TESTS_MCWIRE_H
#define TESTS_MCWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes wrong on a connection; every function returns 0 or one of it. */
enum mc_err {
	MC_ERR_IO = -1,		/* the system refused: see errno */
	MC_ERR_TIMEOUT = -2,	/* no progress within the time allowed */
	MC_ERR_CLOSED = -3,	/* the filter closed the connection */
	MC_ERR_PROTO = -4,	/* the filter broke the protocol */
	MC_ERR_NOMEM = -5,
};

struct mcwire {
	int fd;			/* -1: not connected */
	int timeout_ms;		/* for each wait, not for the whole */
	char *out;
	size_t out_len, out_cap;
	char *in;
	size_t in_off, in_len, in_cap;
};

/* A packet that came in; data stays valid until the next call. */
struct mcpacket {
	char cmd;
	const char *data;
	size_t len;
};

/*
 * Connect to "unix:PATH", "local:PATH", "PATH" with a slash,
 * "inet:PORT@HOST" or "inet6:PORT@HOST".
 */
int mcwire_open(struct mcwire *w, const char *spec, int timeout_ms);

/* Close and free; a wire that never was open is fine. */
void mcwire_close(struct mcwire *w);

/*
 * Begin a packet, add to it, end it.  After a failed begin or add the
 * packet must not be ended.
 */
int mcwire_begin(struct mcwire *w, char cmd, size_t *ret_mark);
int mcwire_add(struct mcwire *w, const void *data, size_t len);
int mcwire_add_u32(struct mcwire *w, uint32_t v);
void mcwire_end(struct mcwire *w, size_t mark);

/* Drop what was added since the mark. */
void mcwire_undo(struct mcwire *w, size_t mark);

/* Send all that is gathered. */
int mcwire_flush(struct mcwire *w);

/* Send what is gathered, then wait for one packet. */
int mcwire_read(struct mcwire *w, struct mcpacket *ret);

/* Has the filter sent something that nobody asked for? Does not wait. */
bool mcwire_pending(struct mcwire *w);

/* Send what is gathered; 0 when the filter closes within ms. */
int mcwire_wait_closed(struct mcwire *w, int ms);

uint32_t mcwire_u32(const char *p);

#endif
