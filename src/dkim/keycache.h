/*
 * Public keys that were decoded before.
 *
 * A few domains send most of the mail, and making a key out of its bytes, and
 * what libcrypto computes from it at its first use, costs as much as half the
 * check of a signature.  What key the bytes are never changes, whoever
 * publishes them and for however long: so there is one cache in the process,
 * of bounded size, and nothing in it is ever out of date.
 */
#ifndef DKIM_KEYCACHE_H
#define DKIM_KEYCACHE_H

#include "base/err.h"
#include "base/str.h"

#include <openssl/evp.h>

/* A key that users share. */
struct shared_key;

/* The key of that type (EVP_PKEY_RSA, ...) and bytes for one user more; NULL if
 * it is not here. */
struct shared_key *keycache_find(int type, struct str bytes) MUST_USE;

/*
 * Share a key, which becomes ours whatever the outcome, and keep it for others;
 * the caller is its first user.  NULL when out of memory.
 */
struct shared_key *keycache_add(int type, struct str bytes, EVP_PKEY *key)
	MUST_USE;

/* As long as there is a user. */
EVP_PKEY *shared_key_get(const struct shared_key *key) NONNULL;

/* One user less; void * for arena_defer. */
void shared_key_release(void *key);

#endif
