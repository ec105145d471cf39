/*
 * Private keys: read, checked and decoded once, when the configuration is
 * loaded.
 */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include "base/arena.h"
#include "sign/keyfile.h"

enum {
	/* RFC 8301: what a signer should at least use, and the most that every
	 * verifier can take. */
	SIGN_KEY_BITS_MIN = 2048,
	SIGN_KEY_BITS_MAX = 4096,
	SIGN_HASH_SIZE = 32,
};

struct sign_key;

/*
 * Read a PEM file with an RSA or Ed25519 key (key_file_read); it is cleansed
 * and freed with the arena.  What is wrong goes to errors, at where.
 * 0, ERR_CONFIG, ERR_NOMEM.
 */
int sign_key_load(struct arena *arena, const char *path,
	struct conf_errors *errors, const char *where,
	struct sign_key **ret) MUST_USE;

/*
 * The keys of a configuration: a file that is named many times is read once.
 * { .arena = …, .errors = … } is an empty one.
 */
struct keyring {
	struct arena *arena;
	struct conf_errors *errors;
	struct keyring_entry *list; /* newest first */
};

/* As sign_key_load; one complaint for each file. */
int keyring_get(struct keyring *ring, const char *path, const char *where,
	const struct sign_key **ret) MUST_USE;

/* a= (RFC 6376, RFC 8463): "rsa-sha256" or "ed25519-sha256"; static. */
struct str sign_key_algorithm(const struct sign_key *key);

/* k= and its size: 256 bits for Ed25519. */
struct str sign_key_type(const struct sign_key *key);
unsigned sign_key_bits(const struct sign_key *key);

/*
 * The public half as it stands in p= (RFC 6376 section 3.6.1, RFC 8463 section
 * 4); owned by arena.  ERR_NOMEM, ERR_LIBRARY.
 */
int sign_key_public(const struct sign_key *key, struct arena *arena,
	struct str *ret) MUST_USE;

/* Have they the same public half?  Also false when out of memory. */
bool sign_key_equals(const struct sign_key *a, const struct sign_key *b);

/* Characters of a signature in base64. */
size_t sign_key_text_size(const struct sign_key *key);

/*
 * Sign a SHA-256 hash, by RSASSA-PKCS1-v1_5 or Ed25519; ret in base64, owned
 * by arena.  May be called by several threads at once.  ERR_NOMEM,
 * ERR_LIBRARY.
 */
int sign_key_sign(const struct sign_key *key,
	const unsigned char hash[SIGN_HASH_SIZE], struct arena *arena,
	struct str *ret) MUST_USE;

#endif
