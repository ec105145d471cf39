/*
 * A DKIM-Signature field (RFC 6376 section 3.5), read and judged by ourselves:
 * libopendkim takes what the RFC does not, and hides what it cannot parse.
 */
#ifndef DKIM_SIGNATURE_H
#define DKIM_SIGNATURE_H

#include "mail/header.h"
#include "mail/results.h"
#include "mail/taglist.h"

#define SIGNATURE_NAME STR("DKIM-Signature")

enum sig_key { SIG_RSA, SIG_ED25519 };

/* Views belong to the arena or look into the field. */
struct signature {
	/*
	 * AUTH_NONE: sound as far as the field tells.  Else what is wrong with
	 * it is its result, with the reason (static text).
	 */
	enum auth_result result;
	const char *reason;

	/* As far as they could be read; fit to be shown. */
	struct str domain;   /* A-labels, lower case */
	struct str selector; /* likewise */
	struct str identity;
	struct str algorithm;
	struct str b; /* the first 8 characters */

	/* Of a sound one. */
	struct str identity_domain; /* of i=, else d= */
	enum sig_key key;
	struct str signature; /* the bytes of b= and of bh= */
	struct str body_hash;
	struct str *names; /* h= */
	size_t name_count;
	bool relaxed_header, relaxed_body;
	bool has_limit; /* l= */
	unsigned long limit;
};

enum {
	SIG_FIELD_MAX = 60000, /* bytes */
	SIG_NAMES_MAX = 256, /* names in h= */
	SIG_CLOCK_DRIFT = 300, /* seconds that clocks may differ */
};

/*
 * Read a field's value.  now: for t= and x=.  0, also for a bad signature;
 * ERR_NOMEM.
 */
int signature_parse(struct arena *arena, struct str value, long long now,
	struct signature *ret) MUST_USE;

/* d= alone, normalised; *ret is left alone when there is none.  ERR_NOMEM. */
int signature_domain(
	struct arena *arena, struct str value, struct str *ret) MUST_USE;

/* How many times h= names the field. */
unsigned signature_covers(const struct signature *sig, struct str name);

#endif
