/*
 * Questions on their way to one resolver and back.
 *
 * A resolver can lose a question, or fall silent for ever, and nobody may tear
 * down what it might still point at.  So it is handed tickets: a question can
 * be taken back from its ticket at any time, and what the resolver says later
 * finds a ticket that is nobody's.  Internal to src/dns.
 */
#ifndef DNS_FLIGHT_H
#define DNS_FLIGHT_H

#include "dns/backend.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * A resolver's pipe holds some 130 questions (by the default of Linux), and
 * whoever puts one more waits without end if nobody reads it.  That many may
 * be put which the resolver has not been heard to have read.
 */
enum { FLIGHT_UNREAD = 96, FLIGHT_PROBE = 32 };

struct ticket {
	struct flight *flight;
	struct dns_question *question; /* NULL: nobody's, or a probe */
	struct str name; /* without trailing dot, in lower case */
	enum dns_type type;
	uint64_t number; /* in the order put, from 1 */
	int64_t since;	 /* monotonic milliseconds */
	bool wants_probe; /* many are put and unread: a probe should follow */
	struct ticket *older, *newer;
};

struct flight {
	pthread_mutex_t lock;
	pthread_cond_t moved; /* heard or broken is another */
	pthread_cond_t room;  /* for more, or broken */
	struct ticket *oldest, *newest;
	struct ticket *recalled; /* what they were for is somebody else's now */
	uint64_t put;
	uint64_t heard; /* it has read all up to this one */
	uint64_t alive; /* a name server has answered that question */
	unsigned long answers;
	bool broken;
	atomic_uint answering; /* how many are being answered right now */
};

void flight_init(struct flight *flight);

/* The resolver is gone: so are the tickets that it never gave back. */
void flight_destroy(struct flight *flight);

/*
 * A ticket for a question.  NULL when out of memory, or if the resolver has
 * not read enough to take one more within so many milliseconds.
 */
struct ticket *flight_take(struct flight *flight,
	struct dns_question *question, long patience) MUST_USE;

/*
 * A ticket for a question that a resolver answers by itself, at once: to hear
 * that it has read all that was put before.  NULL when out of memory.
 */
struct ticket *flight_take_probe(struct flight *flight) MUST_USE;

/* What a resolver says, at most once for a ticket, which is gone then. */
void ticket_answered(struct ticket *ticket, const struct dns_reply *reply);

/* It could not be put.  The question, if it is still ours to answer. */
struct dns_question *ticket_drop(struct ticket *ticket);

/* Nothing will come of this resolver any more. */
void flight_break(struct flight *flight);

/* Wait until it has read up to number; false: not within milliseconds. */
bool flight_wait(struct flight *flight, uint64_t number, long milliseconds);

/*
 * Take back the oldest question in flight; NULL: there is none.  It is for the
 * caller to answer it.
 */
struct dns_question *flight_recall(struct flight *flight) MUST_USE;

/* Take back all; when it returns, no answer is under way. */
void flight_clear(struct flight *flight);

struct flight_state {
	bool waiting; /* is anything in flight? */
	bool broken;
	unsigned long answers; /* so far */
	/* Milliseconds for which the oldest one has waited, if some that were
	 * put later were answered by a name server; else 0. */
	int64_t overdue;
};

struct flight_state flight_look(struct flight *flight);

#endif
