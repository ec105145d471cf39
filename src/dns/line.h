/*
 * A resolver, and what is on its way to it.  Internal to src/dns.
 */
#ifndef DNS_LINE_H
#define DNS_LINE_H

#include "dns/flight.h"

/* How resolvers are made and used; called with all signals blocked, but put. */
struct dns_engine {
	/* A new one, with the ticket put as its first; not on an error. */
	int (*open)(void *maker, struct ticket *first, void **ret_resolver);

	/*
	 * Put what the ticket asks, and do not block: ticket_answered follows
	 * or not.  On an error it does not.
	 */
	int (*put)(void *resolver, struct ticket *ticket);

	/*
	 * End it within seconds; mute: it says nothing any more.  false: it
	 * cannot be ended, and may still use its tickets.  Otherwise it will
	 * not, and is gone.
	 */
	bool (*close)(void *resolver, bool mute);

	void (*free_maker)(void *maker);
};

struct line {
	struct flight flight;
	const struct dns_engine *engine;
	void *resolver;
	struct line *next; /* for whom it belongs to, or of those left behind */
	/* The watch's: */
	unsigned users;	       /* who are about to put */
	unsigned long answers; /* when it was last looked at */
	unsigned silent;       /* looks since then without one more */
	bool mute;	       /* why it was replaced */
};

/* One that has answered its first question within so many milliseconds. */
int line_open(const struct dns_engine *engine, void *maker, long milliseconds,
	struct line **ret) MUST_USE;

/*
 * Put a question.  On an error no answer was or will be given, but by the
 * caller; otherwise at most one will be.
 */
int line_put(struct line *line, struct dns_question *question) MUST_USE;

/* Ask for a sign of life; the number to wait for, or 0 when out of memory. */
uint64_t line_probe(struct line *line);

/*
 * Close it and let go of its questions; mute: it is known to say nothing any
 * more.  What cannot be closed is left behind, for it may be in use still.
 */
void line_close(struct line *line, bool mute);

/* How many resolvers of this process were left behind. */
unsigned lines_left(void);

#endif
