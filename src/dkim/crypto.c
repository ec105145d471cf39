#include "dkim/crypto.h"

#include "dkim/keycache.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

enum { ED25519_SIZE = 32 };

/* ---- RSA keys ------------------------------------------------------- */

/* What is left of an element of DER. */
struct der {
	const unsigned char *p;
	long n;
};

/* Cut the first element, of that type, off *rest: its contents. */
static bool
take(struct der *rest, int type, struct der *ret)
{
	const unsigned char *p = rest->p;
	long length;
	int tag, class;
	int r = ASN1_get_object(&p, &length, &tag, &class, rest->n);

	/* 0x80: not within the bounds; 1: of indefinite length, not DER. */
	if ((r & 0x81) != 0 || tag != type || class != V_ASN1_UNIVERSAL)
		return false;
	*ret = (struct der){ p, length };
	rest->n -= p + length - rest->p;
	rest->p = p + length;
	return true;
}

/* Take a positive number: its bits, or 0. */
static unsigned
take_number(struct der *rest)
{
	struct der number;
	unsigned bits;

	if (!take(rest, V_ASN1_INTEGER, &number) || number.n == 0 ||
		(*number.p & 0x80) != 0)
		return 0;
	while (number.n > 0 && *number.p == 0)
		number.p++, number.n--;
	if (number.n == 0)
		return 0;
	bits = (unsigned)number.n * 8;
	for (unsigned char top = *number.p; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

static bool
read_numbers(struct der der, struct rsa_public *ret)
{
	struct der rest;

	ret->der = (struct str){ (const char *)der.p, (size_t)der.n };
	if (!take(&der, V_ASN1_SEQUENCE, &rest))
		return false;
	ret->modulus_bits = take_number(&rest);
	ret->exponent_bits = take_number(&rest);
	return ret->modulus_bits > 0 && ret->exponent_bits > 0;
}

/* The RSAPublicKey in a SubjectPublicKeyInfo. */
static bool
unwrap(struct der der, struct der *ret)
{
	static const unsigned char oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01 };
	struct der info, algorithm, name, bits;

	if (!take(&der, V_ASN1_SEQUENCE, &info) ||
		!take(&info, V_ASN1_SEQUENCE, &algorithm) ||
		!take(&algorithm, V_ASN1_OBJECT, &name) ||
		name.n != (long)sizeof(oid) ||
		memcmp(name.p, oid, sizeof(oid)) != 0)
		return false;
	if (!take(&info, V_ASN1_BIT_STRING, &bits) || bits.n < 1 ||
		*bits.p != 0)
		return false;
	*ret = (struct der){ bits.p + 1, bits.n - 1 };
	return true;
}

bool
rsa_read(struct str text, struct rsa_public *ret)
{
	struct der der = { (const unsigned char *)text.p, (long)text.n };
	struct der inner;
	struct rsa_public rsa = { 0 };
	bool good = unwrap(der, &inner) ? read_numbers(inner, &rsa)
					: read_numbers(der, &rsa);

	ERR_clear_error();
	if (good)
		*ret = rsa;
	return good;
}

/* ---- keys ----------------------------------------------------------- */

/*
 * Was it for want of memory that the library failed?  It says so first, and
 * then in other words; without memory for any words it says nothing.
 */
static bool
starved(void)
{
	unsigned long error = ERR_get_error();
	bool found = error == 0;

	for (; error != 0; error = ERR_get_error())
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
			found = true;
	return found;
}

static EVP_PKEY *
decode(int type, struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;

	if (type == EVP_PKEY_RSA)
		return d2i_PublicKey(type, NULL, &p, (long)bytes.n);
	return EVP_PKEY_new_raw_public_key(type, NULL, p, bytes.n);
}

/* Why there is no key: not every failure for want of memory is called so, and
 * with an Ed25519 key nothing but its size can be wrong. */
static int
no_key(int type, struct str bytes)
{
	if (type == EVP_PKEY_ED25519)
		return bytes.n == ED25519_SIZE ? ERR_NOMEM : ERR_SYNTAX;
	return starved() ? ERR_NOMEM : ERR_SYNTAX;
}

/* The key that the bytes are, if they are one. */
static int
make_key(struct arena *arena, int type, struct str bytes, EVP_PKEY **ret)
{
	struct shared_key *shared = keycache_find(type, bytes);
	EVP_PKEY *key;

	if (shared == NULL) {
		ERR_clear_error();
		key = decode(type, bytes);
		if (key == NULL)
			return no_key(type, bytes);
		shared = keycache_add(type, bytes, key);
	}
	if (shared == NULL || arena_defer(arena, shared_key_release, shared) <
		0)
		return ERR_NOMEM;
	*ret = shared_key_get(shared);
	return 0;
}

int
crypto_rsa(struct arena *arena, const struct rsa_public *rsa, EVP_PKEY **ret)
{
	return make_key(arena, EVP_PKEY_RSA, rsa->der, ret);
}

int
crypto_ed25519(struct arena *arena, struct str bytes, EVP_PKEY **ret)
{
	return make_key(arena, EVP_PKEY_ED25519, bytes, ret);
}

/* ---- signatures ----------------------------------------------------- */

/* Nothing but memory can be missing until the signature is looked at. */
static int
verify_rsa(EVP_PKEY *key, const unsigned char hash[SHA256_SIZE],
	struct str signature, bool *ret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool ready = ctx != NULL && EVP_PKEY_verify_init(ctx) > 0 &&
		     EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
		     EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0;

	*ret = ready &&
	       EVP_PKEY_verify(ctx, (const unsigned char *)signature.p,
		       signature.n, hash, SHA256_SIZE) == 1;
	EVP_PKEY_CTX_free(ctx);
	/* Of a bad signature it says what is bad. */
	return !ready || (!*ret && starved()) ? ERR_NOMEM : 0;
}

static int
verify_ed25519(EVP_PKEY *key, const unsigned char hash[SHA256_SIZE],
	struct str signature, bool *ret)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ready = ctx != NULL &&
		     EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) > 0;

	*ret = ready &&
	       EVP_DigestVerify(ctx, (const unsigned char *)signature.p,
		       signature.n, hash, SHA256_SIZE) == 1;
	EVP_MD_CTX_free(ctx);
	/* Of a bad signature it may say nothing. */
	return !ready || (!*ret && ERR_peek_error() != 0 && starved()) ?
		ERR_NOMEM : 0;
}

int
crypto_verify(EVP_PKEY *key, const unsigned char hash[SHA256_SIZE],
	struct str signature, bool *ret)
{
	bool good;
	int r;

	ERR_clear_error();
	r = EVP_PKEY_base_id(key) == EVP_PKEY_RSA
		    ? verify_rsa(key, hash, signature, &good)
		    : verify_ed25519(key, hash, signature, &good);
	ERR_clear_error();
	if (r == 0)
		*ret = good;
	return r;
}
