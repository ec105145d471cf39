#include "trust/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { BLOCK_SIZE = 64, INNER = 0x36, OUTER = 0x5c };

struct hmac {
	EVP_MD_CTX *inner, *outer;
};

static void
hmac_free(void *arg)
{
	struct hmac *h = arg;

	/* These wipe what they have. */
	EVP_MD_CTX_free(h->inner);
	EVP_MD_CTX_free(h->outer);
}

/* A hash that has taken in the padded key; NULL when out of memory. */
static EVP_MD_CTX *
begin(const unsigned char key[BLOCK_SIZE], unsigned char mask)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char block[BLOCK_SIZE];

	for (unsigned i = 0; i < BLOCK_SIZE; i++)
		block[i] = key[i] ^ mask;
	if (ctx != NULL &&
		(EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1 ||
			EVP_DigestUpdate(ctx, block, BLOCK_SIZE) != 1)) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	OPENSSL_cleanse(block, sizeof(block));
	return ctx;
}

/* A key that is longer than a block is hashed. */
static bool
pad(struct str key, unsigned char ret[BLOCK_SIZE])
{
	memset(ret, 0, BLOCK_SIZE);
	if (key.n > BLOCK_SIZE)
		return EVP_Digest(key.p, key.n, ret, NULL, EVP_sha256(),
			       NULL) == 1;
	if (key.n > 0)
		memcpy(ret, key.p, key.n);
	return true;
}

int
hmac_new(struct arena *arena, struct str key, const struct hmac **ret)
{
	struct hmac *h = arena_alloc(arena, sizeof(*h));
	unsigned char padded[BLOCK_SIZE];

	if (h == NULL || arena_defer(arena, hmac_free, h) < 0)
		return ERR_NOMEM;
	if (pad(key, padded)) {
		h->inner = begin(padded, INNER);
		h->outer = begin(padded, OUTER);
	}
	OPENSSL_cleanse(padded, sizeof(padded));
	if (h->inner == NULL || h->outer == NULL)
		return ERR_NOMEM;
	*ret = h;
	return 0;
}

/* ctx goes on from there with the text, to the hash. */
static bool
finish(EVP_MD_CTX *ctx, const EVP_MD_CTX *from, struct str text,
	unsigned char ret[HMAC_SIZE])
{
	return EVP_MD_CTX_copy_ex(ctx, from) == 1 &&
		EVP_DigestUpdate(ctx, text.p, text.n) == 1 &&
		EVP_DigestFinal_ex(ctx, ret, NULL) == 1;
}

int
hmac_compute(const struct hmac *key, struct str text,
	unsigned char ret[HMAC_SIZE])
{
	const struct str inner = { (const char *)ret, HMAC_SIZE };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL && finish(ctx, key->inner, text, ret) &&
		finish(ctx, key->outer, inner, ret);

	EVP_MD_CTX_free(ctx);
	return good ? 0 : ERR_NOMEM;
}
