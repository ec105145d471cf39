/*
 * The inside of a client: for mclient.c and mcopts.c only.
 */
#ifndef TESTS_MCPRIV_H
#define TESTS_MCPRIV_H

#include "mcedits.h"

enum { STAGES = SMFIM_LAST + 1, MACROS = 32, REPLY_TEXT = 1024 };

struct macro {
	char *name;
	char *value;
};

struct mclient {
	struct mcwire wire;
	struct mc_offer offer;
	uint32_t actions, protocol;
	char *symlist[STAGES];
	struct macro macro[MACROS];
	size_t macros;
	struct mcedits edits;
	bool skip_body;
	int timeout_ms;
	char reply[REPLY_TEXT];
	char err[200];
};

/* An event of the protocol, as the negotiation bears on it. */
struct event {
	char cmd;
	int stage;		/* whose macros go first; -1: none */
	uint32_t no, nr;
	const char *what;
};

/* Note what went wrong and hand the code back. */
int mcpriv_fault(struct mclient *mc, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Send the macros of an event's stage, if there is a list of them. */
int mcpriv_macros(struct mclient *mc, const struct event *ev);

#endif
