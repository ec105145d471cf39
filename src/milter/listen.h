/*
 * The socket on which the MTA finds the milter.
 */
#ifndef MILTER_LISTEN_H
#define MILTER_LISTEN_H

#include "filter/common.h"

#include <stddef.h>

struct listener {
	int fd;
	const char *path; /* of a UNIX socket that we made; else NULL */
};

enum { LISTEN_WHY_SIZE = 256 };

/*
 * Bind and listen at "unix:/path", "inet:port@host" or "inet6:port@host".  A
 * UNIX socket gets the label that the policy has for its path, and mode and
 * group from the configuration; a stale one is replaced, one that somebody
 * listens on is not.  address must outlive ret.
 * ERR_SYNTAX (no such form), ERR_LIMIT (path too long), ERR_IO; why says it.
 */
int listen_bind(const char *address, const struct common *common,
	struct listener *ret, char why[LISTEN_WHY_SIZE]) MUST_USE;

/* Close, and unlink what listen_bind made. */
void listen_close(struct listener *listener);

/*
 * Make libmilter accept on a listening descriptor: by "fd:N" where it knows
 * that, else by putting the descriptor in place of one that it opened.
 */
int listen_give(int fd) MUST_USE;

/* The second way, for a libmilter without "fd:"; a test calls it directly. */
int listen_give_in_place(int fd) MUST_USE;

#endif
