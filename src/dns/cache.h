/*
 * The table of questions: in flight, or answered and kept for their TTL.
 *
 * It is divided into shards, each with its own lock, held for some hundred
 * instructions and for no system call but a wake-up.  A question is counted by
 * its holders; the table itself is one.  A question in flight stays in the
 * table, so its query may point at it.  Internal to src/dns.
 */
#ifndef DNS_CACHE_H
#define DNS_CACHE_H

#include "dns/backend.h"

#include <pthread.h>
#include <stdatomic.h>

struct cache;
struct shard;

struct dns_question {
	atomic_uint holders;
	atomic_bool answered;	/* set once; then answer does not change */
	bool starved;		/* a part of the answer */
	struct shard *shard;	/* NULL: not in a table, and never freed */
	pthread_cond_t settled; /* with the shard's lock */
	struct dns_question *chain;
	struct dns_question *older, *newer; /* of those kept, by last use */
	uint64_t hash;
	int64_t expires; /* monotonic milliseconds */
	size_t bytes;	 /* of the answer's records */
	struct dns_answer answer;
	enum dns_type type;
	size_t length;
	char name[];
};

/* NULL when out of memory. */
struct cache *cache_new(const struct dns_limits *limits) MUST_USE;

/* No query may be in flight and nobody wait.  Holders keep their questions. */
void cache_free(struct cache *cache);

/*
 * The question about a name in lower case, with a hold on it for the caller.
 * *ret_new: nobody has asked yet, the caller must start the query.  When the
 * table is full of questions in flight it is one answered with DNS_FAILURE.
 * NULL when out of memory.
 */
struct dns_question *cache_get(struct cache *cache, struct str name,
	enum dns_type type, bool *ret_new) MUST_USE;

/* Questions in the table now. */
size_t cache_count(struct cache *cache);

/* Wait until it is answered or *budget milliseconds passed; deduct them. */
void question_wait(struct dns_question *question, long *budget);

/* Let go of a question. */
void question_release(void *question);

#endif
