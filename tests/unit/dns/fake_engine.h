/*
 * Resolvers for tests, which fall silent when they are told to.
 */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include "dns/line.h"

#include <stdatomic.h>

enum fake_kind {
	FAKE_ANSWERS,	/* each question, within put */
	FAKE_LOSES,	/* each but lost.test */
	FAKE_SLOW,	/* only what it can answer by itself */
	FAKE_MUTE,	/* no question, but the first of all */
	FAKE_BREAKS,	/* likewise, and says so at the next */
	FAKE_DEAF,	/* not even the first */
	FAKE_REFUSES,	/* put fails, but for the first */
	FAKE_NO_MEMORY, /* cannot be opened */
};

enum { FAKE_RESOLVERS = 64, FAKE_TICKETS = 1024 };

struct fake_maker {
	/* The first, the second, ...; the last stands for all that follow. */
	enum fake_kind kinds[FAKE_RESOLVERS];
	unsigned kind_count;
	bool hangs; /* those that are mute cannot be closed */
	unsigned put_limit; /* after so many FAKE_ANSWERS falls silent; 0: no */
	atomic_uint opened, refused, closed, closed_mute, freed;
	pthread_mutex_t lock;
	struct ticket *held[FAKE_TICKETS];
	unsigned held_count;
};

/* Its state is a struct fake_maker, which it does not free. */
extern const struct dns_engine fake_engine;

/* The late answers of those that could not be closed. */
void fake_answer_held(struct fake_maker *maker);

#endif
