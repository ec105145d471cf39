/*
 * What the DNS has for a key of ours, judged and explained.
 */
#ifndef KEYS_PUBLISHED_H
#define KEYS_PUBLISHED_H

#include "dns/dns.h"
#include "sign/keys.h"

enum published_state {
	PUBLISHED_OK,
	PUBLISHED_MISSING,
	PUBLISHED_NO_ANSWER, /* nothing is known */
	PUBLISHED_REVOKED,
	PUBLISHED_OTHER_KEY,
	PUBLISHED_SPLIT,    /* torn at the wrong places */
	PUBLISHED_TEST,	    /* t=y: verifiers pay no heed to it */
	PUBLISHED_UNUSABLE, /* for our mail, or by anybody */
};

struct published {
	enum published_state state;
	struct str why;	 /* a sentence or two; or empty */
	struct str text; /* what the DNS has, or empty */
	bool secure;	 /* DNSSEC */
};

/* "ok", "missing", ...; static. */
const char *published_text(enum published_state state);

/*
 * Compare the answer to a TXT question with the key (RFC 6376 section 3.6.1).
 * Text is owned by arena.  ERR_NOMEM, ERR_LIBRARY.
 */
int published_judge(struct arena *arena, const struct sign_key *key,
	const struct dns_answer *answer, struct published *ret) MUST_USE;

#endif
