/*
 * What stands behind dns.h: a backend that puts questions.
 *
 * dns.c owns the questions and the answers kept; a backend only starts a query
 * and says later, once, from any thread, what came of it.  Internal to src/dns.
 */
#ifndef DNS_BACKEND_H
#define DNS_BACKEND_H

#include "dns/rdata.h"

/* What came of a query, in the backend's memory. */
struct dns_reply {
	enum dns_status status;
	bool secure;
	uint32_t ttl; /* seconds; of no account for temporary failures */
	size_t count;
	const struct rdata *rdata; /* of the type asked for */
	bool starved; /* DNS_FAILURE for want of memory: not kept */
};

struct dns_backend {
	/*
	 * Start a query and do not block.  name is lower case and valid, and
	 * lives as long as the question.  At most one dns_answered follows,
	 * perhaps before this returns; without one, whoever asks waits his
	 * budget out.  On an error there must be none: the answer is
	 * DNS_FAILURE then, for want of memory if the error is ERR_NOMEM.
	 */
	int (*start)(void *state, struct str name, enum dns_type type,
		struct dns_question *question);

	/* End: when it returns, no dns_answered is under way or to come. */
	void (*close)(void *state);
};

/* How much may be kept. */
struct dns_limits {
	size_t entries;	 /* questions, those in flight included */
	size_t bytes;	 /* of their answers */
	unsigned shards; /* parts with a lock each; both limits are divided */
	long failure;	 /* milliseconds that a temporary failure is kept */
};

extern const struct dns_limits dns_default_limits;

/* A resolver on a backend, which is closed with it; not on error. */
int dns_new(const struct dns_backend *backend, void *state,
	const struct dns_limits *limits, struct dns **ret) MUST_USE;

/*
 * The answer, to all who wait and to those who ask within its TTL.  Data that
 * cannot be decoded makes it DNS_FAILURE.
 */
void dns_answered(struct dns_question *question,
	const struct dns_reply *reply);

/* Questions in the table now. */
size_t dns_kept(struct dns *dns);

#endif
