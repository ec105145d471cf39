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

/* The key of that type (EVP_PKEY_RSA, ...) and bytes, a reference of the
 * caller's; NULL if it is not here. */
EVP_PKEY *keycache_find(int type, struct str bytes) MUST_USE;

/* Keep a key, with a reference of our own; without memory for it, nothing. */
void keycache_add(int type, struct str bytes, EVP_PKEY *key) NONNULL;

#endif
