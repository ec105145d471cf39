/*
 * The private key: read, checked and decoded once, when the configuration is
 * loaded.
 */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"

enum {
	SIGN_KEY_BITS = 2048, /* RFC 8301: what a signer should at least use */
	SIGN_HASH_SIZE = 32,
};

struct sign_key;

/*
 * Read a PEM file with an RSA key; it is cleansed and freed with the arena.
 * The file must not be open to others: readable by its owner, who is root or
 * ourselves, and at most by our own group or root's.  What is wrong goes to
 * errors, at where (conf_where).  0, ERR_CONFIG, ERR_NOMEM.
 */
int sign_key_load(struct arena *arena, const char *path,
	struct conf_errors *errors, const char *where,
	struct sign_key **ret) MUST_USE;

/*
 * Sign a SHA-256 hash by RSASSA-PKCS1-v1_5; ret in base64, owned by arena.  May
 * be called by several threads at once.  ERR_NOMEM, ERR_LIBRARY.
 */
int sign_key_sign(const struct sign_key *key,
	const unsigned char hash[SIGN_HASH_SIZE], struct arena *arena,
	struct str *ret) MUST_USE;

#endif
