/*
 * Public keys and signatures, by libcrypto.
 */
#ifndef DKIM_CRYPTO_H
#define DKIM_CRYPTO_H

#include "base/arena.h"
#include "base/str.h"

#include <openssl/evp.h>

enum { SHA256_SIZE = 32 };

struct rsa_public {
	struct str der; /* RSAPublicKey */
	unsigned modulus_bits;
	unsigned exponent_bits;
};

/*
 * Read an RSA key in either form: SubjectPublicKeyInfo, which everyone
 * publishes, or the RSAPublicKey that RFC 6376 asks for.  false: it is none.
 * By hand, for libcrypto takes four times as long to find its way through a
 * SubjectPublicKeyInfo as to verify a signature.
 */
bool rsa_read(struct str der, struct rsa_public *ret);

/* The key, which goes with the arena.  ERR_SYNTAX, ERR_NOMEM. */
int crypto_rsa(struct arena *arena, const struct rsa_public *rsa,
	EVP_PKEY **ret) MUST_USE;

/* Likewise, of the 32 bytes of an Ed25519 key (RFC 8463). */
int crypto_ed25519(
	struct arena *arena, struct str bytes, EVP_PKEY **ret) MUST_USE;

/*
 * *ret: is it the key's signature of a hash by SHA-256?  RSASSA-PKCS1-v1_5
 * (RFC 6376 section 3.3.2) or PureEdDSA (RFC 8463 section 3).  ERR_NOMEM.
 */
int crypto_verify(EVP_PKEY *key, const unsigned char hash[SHA256_SIZE],
	struct str signature, bool *ret) MUST_USE;

#endif
