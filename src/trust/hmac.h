/*
 * HMAC-SHA-256 (RFC 2104) of many texts with one key.
 *
 * Two hashes have taken in the key once; each text goes on from copies of them.
 * libcrypto's HMAC does the same, and takes five times as long, since it looks
 * for its algorithms and takes in the key anew each time.
 */
#ifndef TRUST_HMAC_H
#define TRUST_HMAC_H

#include "base/arena.h"
#include "base/str.h"

enum { HMAC_SIZE = 32 };

/* A key; it never changes, so threads share it. */
struct hmac;

/* It goes with arena, and is wiped then.  ERR_NOMEM. */
int hmac_new(struct arena *arena, struct str key, const struct hmac **ret)
	MUST_USE;

/* ERR_NOMEM. */
int hmac_compute(const struct hmac *key, struct str text,
	unsigned char ret[HMAC_SIZE]) MUST_USE;

#endif
