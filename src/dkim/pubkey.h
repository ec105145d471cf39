/*
 * A key record (RFC 6376 section 3.6.1), read and judged.
 */
#ifndef DKIM_PUBKEY_H
#define DKIM_PUBKEY_H

#include "dkim/crypto.h"
#include "dkim/signature.h"
#include "dns/dns.h"

struct pubkey {
	/* AUTH_NONE: use it.  Else the signature's result, and why. */
	enum auth_result result;
	struct str reason;

	EVP_PKEY *key;	 /* goes with the arena; NULL: do not use it */
	unsigned bits;	 /* 0: unknown */
	bool secure;	 /* DNSSEC */
	bool test;	 /* t=y */
};

/*
 * The key for the signature out of the DNS's answer.  Of several records (RFC
 * 6376 leaves that undefined) it is the first in the order of their bytes
 * that fits the signature: the DNS shuffles them.  ERR_NOMEM.
 */
int pubkey_choose(struct arena *arena, const struct dns_answer *answer,
	const struct signature *sig, unsigned minimum_bits,
	struct pubkey *ret) MUST_USE;

#endif
