#include "sign/keys.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

struct sign_key {
	EVP_PKEY *pkey;
};

static bool
is_ed25519(const EVP_PKEY *pkey)
{
	return EVP_PKEY_base_id(pkey) == EVP_PKEY_ED25519;
}

/* ---- from a file ----------------------------------------------------- */

/* A daemon has nobody to ask for a passphrase. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
decode(const char *text, size_t n)
{
	BIO *bio = BIO_new_mem_buf(text, (int)n);
	EVP_PKEY *pkey = NULL;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

static int
check(const struct key_complaint *c, const EVP_PKEY *pkey)
{
	int bits;

	if (pkey == NULL)
		return key_complain(c,
			"is not a private key in PEM without a passphrase");
	if (is_ed25519(pkey))
		return 0;
	if (EVP_PKEY_base_id(pkey) != EVP_PKEY_RSA)
		return key_complain(c, "is neither an RSA nor an Ed25519 key");
	bits = EVP_PKEY_bits(pkey);
	if (bits >= SIGN_KEY_BITS_MIN && bits <= SIGN_KEY_BITS_MAX)
		return 0;
	conf_error(c->errors, c->where,
		"key %s: has %d bits; it must be %d to %d", c->path, bits,
		SIGN_KEY_BITS_MIN, SIGN_KEY_BITS_MAX);
	return ERR_CONFIG;
}

static void
free_pkey(void *arg)
{
	EVP_PKEY_free(arg);
}

int
sign_key_load(struct arena *arena, const char *path,
	struct conf_errors *errors, const char *where, struct sign_key **ret)
{
	const struct key_complaint complaint = { errors, where, path };
	struct sign_key *key = arena_alloc(arena, sizeof(*key));
	char *text = OPENSSL_malloc(KEY_FILE_MAX);
	size_t n = 0;
	int r = ERR_NOMEM;

	if (key == NULL || text == NULL)
		goto out;
	r = key_file_read(&complaint, text, &n);
	if (r < 0)
		goto out;
	key->pkey = decode(text, n);
	r = check(&complaint, key->pkey);
	if (arena_defer(arena, free_pkey, key->pkey) < 0)
		r = ERR_NOMEM;
	if (r == 0)
		*ret = key;
out:
	OPENSSL_clear_free(text, KEY_FILE_MAX);
	return r;
}

/* ---- the keyring ----------------------------------------------------- */

struct keyring_entry {
	struct keyring_entry *next;
	const char *path;
	const struct sign_key *key; /* NULL: it was complained about */
};

int
keyring_get(struct keyring *ring, const char *path, const char *where,
	const struct sign_key **ret)
{
	struct keyring_entry *entry = ring->list;
	struct sign_key *key = NULL;
	int r = 0;

	while (entry != NULL && strcmp(entry->path, path) != 0)
		entry = entry->next;
	if (entry == NULL) {
		r = sign_key_load(ring->arena, path, ring->errors, where,
			&key);
		entry = arena_alloc(ring->arena, sizeof(*entry));
		if (entry == NULL || r == ERR_NOMEM)
			return ERR_NOMEM;
		*entry = (struct keyring_entry){ ring->list,
			arena_strdup(ring->arena, path), key };
		if (entry->path == NULL)
			return ERR_NOMEM;
		ring->list = entry;
	}
	*ret = entry->key;
	return entry->key != NULL ? 0 : ERR_CONFIG;
}

/* ---- what it is ------------------------------------------------------ */

struct str
sign_key_algorithm(const struct sign_key *key)
{
	return is_ed25519(key->pkey) ? STR("ed25519-sha256") :
				       STR("rsa-sha256");
}

struct str
sign_key_type(const struct sign_key *key)
{
	return is_ed25519(key->pkey) ? STR("ed25519") : STR("rsa");
}

unsigned
sign_key_bits(const struct sign_key *key)
{
	return is_ed25519(key->pkey) ? 256 : (unsigned)EVP_PKEY_bits(key->pkey);
}

static int
base64(struct arena *arena, const unsigned char *bytes, size_t n,
	struct str *ret)
{
	unsigned char *text = arena_alloc(arena, (n + 2) / 3 * 4 + 1);

	if (text == NULL)
		return ERR_NOMEM;
	n = (size_t)EVP_EncodeBlock(text, bytes, (int)n);
	*ret = (struct str){ (const char *)text, n };
	return 0;
}

/* RFC 8463: the 32 bytes themselves, without the DER around them. */
static int
ed25519_public(const struct sign_key *key, struct arena *arena,
	struct str *ret)
{
	unsigned char raw[32];
	size_t n = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &n) <= 0)
		return ERR_LIBRARY;
	return base64(arena, raw, n, ret);
}

int
sign_key_public(const struct sign_key *key, struct arena *arena,
	struct str *ret)
{
	unsigned char *der = NULL;
	int n, r;

	if (is_ed25519(key->pkey))
		return ed25519_public(key, arena, ret);
	n = i2d_PUBKEY(key->pkey, &der);
	r = n > 0 ? base64(arena, der, (size_t)n, ret) : ERR_LIBRARY;
	OPENSSL_free(der);
	ERR_clear_error();
	return r;
}

bool
sign_key_equals(const struct sign_key *a, const struct sign_key *b)
{
	bool equal = a == b || EVP_PKEY_eq(a->pkey, b->pkey) == 1;

	ERR_clear_error();
	return equal;
}

/* ---- signing --------------------------------------------------------- */

size_t
sign_key_text_size(const struct sign_key *key)
{
	return ((size_t)EVP_PKEY_size(key->pkey) + 2) / 3 * 4;
}

static bool
is_pkcs1_sha256(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0;
}

/*
 * RSASSA-PKCS1-v1_5; the bytes of the signature, or 0.  It is verified, which
 * takes a thirtieth of the time: see below.
 */
static size_t
sign_rsa_with(EVP_PKEY *pkey, const unsigned char *hash, unsigned char *to,
	size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	size_t n = room;
	bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) > 0 &&
		is_pkcs1_sha256(ctx) &&
		EVP_PKEY_sign(ctx, to, &n, hash, SIGN_HASH_SIZE) > 0 &&
		EVP_PKEY_verify_init(ctx) > 0 && is_pkcs1_sha256(ctx) &&
		EVP_PKEY_verify(ctx, to, n, hash, SIGN_HASH_SIZE) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good ? n : 0;
}

/*
 * libcrypto blinds a key.  Where it runs out of memory it leaves the blinding
 * half updated, and whatever the key signs is wrong, until it makes another
 * blinding, 32 signatures later.  A copy of the key has none yet.
 */
static size_t
sign_rsa(const struct sign_key *key, const unsigned char *hash,
	unsigned char *to, size_t room)
{
	size_t n = sign_rsa_with(key->pkey, hash, to, room);
	EVP_PKEY *copy = n == 0 ? EVP_PKEY_dup(key->pkey) : NULL;

	if (copy != NULL)
		n = sign_rsa_with(copy, hash, to, room);
	EVP_PKEY_free(copy);
	return n;
}

/* PureEdDSA over the hash (RFC 8463 section 3). */
static size_t
sign_ed25519(const struct sign_key *key, const unsigned char *hash,
	unsigned char *to, size_t room)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 0;

	if (ctx != NULL &&
		EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) > 0) {
		n = room;
		if (EVP_DigestSign(ctx, to, &n, hash, SIGN_HASH_SIZE) <= 0)
			n = 0;
	}
	EVP_MD_CTX_free(ctx);
	return n;
}

int
sign_key_sign(const struct sign_key *key,
	const unsigned char hash[SIGN_HASH_SIZE], struct arena *arena,
	struct str *ret)
{
	size_t room = (size_t)EVP_PKEY_size(key->pkey);
	unsigned char *bytes = arena_alloc(arena, room);
	size_t n;

	if (bytes == NULL)
		return ERR_NOMEM;
	n = is_ed25519(key->pkey) ? sign_ed25519(key, hash, bytes, room) :
				    sign_rsa(key, hash, bytes, room);
	ERR_clear_error();
	return n > 0 ? base64(arena, bytes, n, ret) : ERR_LIBRARY;
}
