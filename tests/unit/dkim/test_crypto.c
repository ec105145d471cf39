#include "dkim/crypto.h"
#include "dkim/base64.h"
#include "unit/dkim/support.h"

static const unsigned char hash[SHA256_SIZE] =
	"an arbitrary hash of 32 bytes..";

/* The key's signature of the hash, by libcrypto's own rules. */
static struct str
sign_rsa(struct arena *arena, EVP_PKEY *key, int padding)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = 1024;
	unsigned char *bytes = arena_alloc(arena, n);

	assert_int_equal(1, EVP_PKEY_sign_init(ctx));
	assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0);
	assert_true(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0);
	assert_int_equal(1, EVP_PKEY_sign(ctx, bytes, &n, hash, sizeof(hash)));
	EVP_PKEY_CTX_free(ctx);
	return (struct str){ (char *)bytes, n };
}

/* The key as crypto_rsa makes it of the DER. */
static EVP_PKEY *
reread(struct arena *arena, EVP_PKEY *key, bool wrapped)
{
	unsigned char *der = NULL;
	int n = wrapped ? i2d_PUBKEY(key, &der) : i2d_PublicKey(key, &der);
	struct rsa_public rsa;
	EVP_PKEY *ret = NULL;

	assert_true(rsa_read((struct str){ (char *)der, (size_t)n }, &rsa));
	assert_int_equal(EVP_PKEY_bits(key), rsa.modulus_bits);
	assert_int_equal(17, rsa.exponent_bits);
	assert_int_equal(0, crypto_rsa(arena, &rsa, &ret));
	OPENSSL_free(der);
	return ret;
}

static void
test_rsa_keys(void **state)
{
	static const unsigned sizes[] = { 1024, 1031, 2048 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * 2; i++) {
		struct arena *arena = arena_new(0);
		EVP_PKEY *key = EVP_RSA_gen(sizes[i / 2]);
		EVP_PKEY *public = reread(arena, key, i % 2 == 0);
		struct str good = sign_rsa(arena, key, RSA_PKCS1_PADDING);
		struct str pss = sign_rsa(arena, key, RSA_PKCS1_PSS_PADDING);
		bool verified = false;

		assert_int_equal(
			0, crypto_verify(public, hash, good, &verified));
		assert_true(verified);
		((char *)good.p)[good.n / 2] ^= 1;
		assert_int_equal(
			0, crypto_verify(public, hash, good, &verified));
		assert_false(verified);
		assert_int_equal(
			0, crypto_verify(public, hash, pss, &verified));
		assert_false(verified);
		assert_int_equal(0,
			crypto_verify(public, hash, STR("short"), &verified));
		assert_false(verified);
		EVP_PKEY_free(key);
		arena_free(arena);
	}
}

/* RFC 8032 section 7.1, TEST 2 is of one byte; RFC 8463 signs 32. */
static void
test_ed25519_keys(void **state)
{
	struct arena *arena = arena_new(0);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char raw[32], sig[64];
	size_t n = sizeof(raw), size = sizeof(sig);
	struct str text = { (char *)sig, sizeof(sig) };
	EVP_PKEY *public;
	bool verified = false;

	(void)state;
	EVP_PKEY_get_raw_public_key(key, raw, &n);
	EVP_DigestSignInit(ctx, NULL, NULL, NULL, key);
	assert_int_equal(
		1, EVP_DigestSign(ctx, sig, &size, hash, sizeof(hash)));
	assert_int_equal(0, crypto_ed25519(arena,
				    (struct str){ (char *)raw, 32 }, &public));
	assert_int_equal(0, crypto_verify(public, hash, text, &verified));
	assert_true(verified);
	text.n--;
	assert_int_equal(0, crypto_verify(public, hash, text, &verified));
	assert_false(verified);
	sig[5] ^= 4;
	text.n++;
	assert_int_equal(0, crypto_verify(public, hash, text, &verified));
	assert_false(verified);
	assert_int_equal(
		ERR_SYNTAX, crypto_ed25519(arena,
				    (struct str){ (char *)raw, 31 }, &public));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	arena_free(arena);
}

/* What is no RSA key, though it begins like one. */
static void
test_der(void **state)
{
	static const struct str rows[] = {
		STR(""),
		STR("\x30"),
		STR("\x30\x00"),
		STR("\x30\x80\x00\x00"),     /* indefinite length */
		STR("\x30\x05\x02\x01\x05"), /* longer than the text */
		STR("\x30\x03\x02\x01\x05"), /* no exponent */
		STR("\x30\x06\x02\x01\x05\x02\x01\x00"), /* exponent 0 */
		STR("\x30\x06\x02\x01\xfb\x02\x01\x03"), /* negative */
		STR("\x30\x06\x04\x01\x05\x02\x01\x03"), /* no number */
		STR("\x30\x82\xff\xff\x02\x01\x05\x02\x01\x03"),
		STR("\x30\x84\xff\xff\xff\xff\x02\x01\x05"),
	};
	struct rsa_public rsa;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rsa_read(rows[i], &rsa))
			fail_msg("row %zu", i);
	assert_true(rsa_read(STR("\x30\x06\x02\x01\x05\x02\x01\x03"), &rsa));
	assert_int_equal(3, rsa.modulus_bits);
	assert_int_equal(2, rsa.exponent_bits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa_keys),
		cmocka_unit_test(test_ed25519_keys),
		cmocka_unit_test(test_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
