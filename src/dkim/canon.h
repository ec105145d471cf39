/*
 * The header hash of a signature (RFC 6376 sections 3.4.1, 3.4.2 and 3.7).
 * libopendkim's is for signers: lib.h tells why.
 */
#ifndef DKIM_CANON_H
#define DKIM_CANON_H

#include "dkim/crypto.h"
#include "dkim/signature.h"

/* The fields of a message, ready to be found. */
struct canon;

/* It goes with the arena; headers must live as long.  ERR_NOMEM. */
int canon_new(struct arena *arena, const struct headers *headers,
	struct canon **ret) MUST_USE;

/* How many fields have that name; white space before the colon is no part of
 * one (RFC 5322 section 4.5). */
unsigned canon_count(const struct canon *canon, struct str name);

/*
 * SHA-256 of the fields that the signature names and of its own field without
 * b=.  field is that one of the headers.  ERR_NOMEM.
 */
int canon_hash(const struct canon *canon, const struct header *field,
	const struct signature *sig, unsigned char ret[SHA256_SIZE]) MUST_USE;

#endif
