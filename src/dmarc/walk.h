/*
 * The DNS tree walk: RFC 9989 section 4.10.
 *
 * A walk belongs to the name it starts at; its answer is never used for another
 * name.  All its questions are asked at the start, since it has to go up to the
 * top-level domain unless a psd tag stops it, which is rare: one round trip
 * instead of up to eight, and most are answered from the cache.  They are read
 * in the order of the walk, and what lies behind the stop does not count, not
 * even an error.
 *
 * With a list of public suffixes the walk is that of RFC 7489: the name itself
 * and its organizational domain by the list, and psd tags mean nothing.
 */
#ifndef DMARC_WALK_H
#define DMARC_WALK_H

#include "dmarc/record.h"
#include "dmarc/suffix.h"
#include "dns/dns.h"

enum { WALK_QUERIES_MAX = 8 };

struct walk_step {
	struct str domain;
	struct dns_question *question;
	bool looked;	/* the answer was read */
	bool temporary; /* ...and was a temporary error */
	const struct dmarc_record *record; /* the single valid one; or NULL */
};

struct walk {
	struct dns_scope *dns;
	struct walk *next; /* by walk_another; of the same message */
	const struct suffixes *suffixes; /* NULL: the tree walk */
	struct str registered; /* with suffixes: the organizational domain */
	size_t count;
	struct walk_step steps[WALK_QUERIES_MAX]; /* [0] is the start */
};

/*
 * Ask all questions of the walk from start, a normalised name, without waiting.
 * The walk lives in dns->arena.  suffixes: NULL for the tree walk.
 * 0, ERR_NOMEM.
 */
int walk_start(struct dns_scope *dns, const struct suffixes *suffixes,
	struct str start, struct walk **ret) MUST_USE;

/*
 * The walk from another start for the same message; two of one start are one.
 * first is the author's.  0, ERR_NOMEM.
 */
int walk_another(struct walk *first, struct str start, struct walk **ret)
	MUST_USE;

/* What a walk led to; the rest is empty when temporary. */
struct walk_result {
	bool temporary; /* a temporary DNS error: nothing can be said */
	struct str domain;
	const struct dmarc_record *record; /* of domain; may be NULL */
};

/* The start's own record, without walking on.  0, ERR_NOMEM. */
int walk_own(struct walk *walk, struct walk_result *ret) MUST_USE;

/*
 * The organizational domain of the start (section 4.10.2): by psd=n, or below
 * psd=y, or with the fewest labels; the start itself when there is no record.
 * 0, ERR_NOMEM.
 */
int walk_org(struct walk *walk, struct walk_result *ret) MUST_USE;

/*
 * The policy record for the start as an author domain (section 4.10.1): its
 * own, else its organizational domain's, else its public suffix domain's.
 * ret->record is NULL when there is none.  0, ERR_NOMEM.
 */
int walk_policy(struct walk *walk, struct walk_result *ret) MUST_USE;

#endif
