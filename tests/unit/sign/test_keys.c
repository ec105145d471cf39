#include "sign/keys.h"
#include "unit/sign/support.h"

#include <openssl/crypto.h>

#include <sys/stat.h>

static struct arena *arena;
static struct conf_errors errors;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Load a file that is refused; the complaint names place, file and reason. */
static void
assert_refused(const char *path, const char *reason)
{
	struct sign_key *key = NULL;
	size_t before = errors.count;

	assert_int_equal(ERR_CONFIG,
		sign_key_load(arena, path, &errors, "x.conf:7", &key));
	assert_null(key);
	assert_int_equal(before + 1, errors.count);
	assert_non_null(strstr(errors.texts[before], "x.conf:7: "));
	assert_non_null(strstr(errors.texts[before], path));
	if (strstr(errors.texts[before], reason) == NULL)
		fail_msg("%s", errors.texts[before]);
}

static void
test_good(void **state)
{
	static const mode_t modes[] = { 0400, 0600, 0440, 0640 };
	struct test_key rsa = test_rsa(2048);
	struct sign_key *key = NULL;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		chmod(rsa.path, modes[i]);
		assert_int_equal(0, sign_key_load(arena, rsa.path, &errors,
			"x", &key));
		assert_non_null(key);
	}
	assert_int_equal(0, errors.count);
	test_key_free(&rsa);
}

static void
test_contents(void **state)
{
	struct test_key small = test_rsa(1024);
	struct test_key large = test_rsa(4104);
	struct test_key ed = test_ed25519();
	char path[64];

	(void)state;
	assert_refused(small.path, "has 1024 bits; it must be 2048 to 4096");
	assert_refused(large.path, "has 4104 bits; it must be 2048 to 4096");
	assert_refused(ed.path, "is not a private key in PEM");
	write_text(path, "");
	assert_refused(path, "is not a private key in PEM");
	unlink(path);
	write_text(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	assert_refused(path, "is not a private key in PEM");
	unlink(path);
	test_key_free(&small);
	test_key_free(&large);
	test_key_free(&ed);
}

/* Another type, and one with a passphrase, which nobody is asked for. */
static void
test_types(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256");
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	char path[64];
	FILE *f = test_file(path);
	BIO *bio;

	(void)state;
	PEM_write_PrivateKey(f, ec, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	assert_refused(path, "is neither an RSA nor an Ed25519 key");
	unlink(path);
	f = test_file(path);
	PEM_write_PrivateKey(f, rsa, EVP_aes_128_cbc(),
		(const unsigned char *)"secret", 6, NULL, NULL);
	fclose(f);
	assert_refused(path, "without a passphrase");
	unlink(path);
	bio = BIO_new_fp(test_file(path), BIO_CLOSE);
	PEM_write_bio_PrivateKey_traditional(
		bio, rsa, NULL, NULL, 0, NULL, NULL);
	BIO_free(bio);
	assert_int_equal(0, sign_key_load(arena, path, &errors, "x",
		&(struct sign_key *){ NULL }));
	unlink(path);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
}

static bool
verifies(const struct sign_key *key, struct str public_key, struct str text,
	const unsigned char *hash)
{
	unsigned char der[600], bytes[600];
	const unsigned char *p = der;
	bool ed = str_eq(sign_key_type(key), STR("ed25519"));
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *ctx;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int r, n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p,
			(int)text.n);

	EVP_DecodeBlock(der, (const unsigned char *)public_key.p,
		(int)public_key.n);
	pkey = ed ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, der,
			    32) :
		    d2i_PUBKEY(NULL, &p, sizeof(der));
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	assert_int_equal(ed ? 66 : 258, n); /* with the padding's bytes */
	if (ed) {
		assert_int_equal(1, EVP_DigestVerifyInit(md, NULL, NULL, NULL,
			pkey));
		r = EVP_DigestVerify(md, bytes, 64, hash, SIGN_HASH_SIZE);
	} else {
		assert_int_equal(1, EVP_PKEY_verify_init(ctx));
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256());
		r = EVP_PKEY_verify(ctx, bytes, 256, hash, SIGN_HASH_SIZE);
	}
	EVP_MD_CTX_free(md);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return r == 1;
}

static void
test_sign(void **state)
{
	unsigned char hash[SIGN_HASH_SIZE] = { 1, 2, 3 };
	struct test_key files[] = { test_rsa(2048), test_ed25519_pem() };
	static const char *const algorithms[] = { "rsa-sha256",
		"ed25519-sha256" };
	static const unsigned bits[] = { 2048, 256 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sign_key *key;
		struct str text, public_key;

		assert_int_equal(0, sign_key_load(arena, files[i].path,
			&errors, "x", &key));
		assert_str(sign_key_algorithm(key), algorithms[i]);
		assert_int_equal(bits[i], sign_key_bits(key));
		assert_int_equal(0, sign_key_public(key, arena, &public_key));
		assert_str(public_key, files[i].public_key);
		assert_int_equal(0, sign_key_sign(key, hash, arena, &text));
		assert_int_equal(sign_key_text_size(key), text.n);
		assert_true(verifies(key, public_key, text, hash));
		hash[0] ^= 1;
		assert_false(verifies(key, public_key, text, hash));
		test_key_free(&files[i]);
	}
}

/* Of libcrypto's allocations, so many succeed; < 0: all. */
static long supply = -1;

static bool
is_supplied(void)
{
	if (supply > 0)
		supply--;
	return supply != 0;
}

static void *
scarce_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return is_supplied() ? malloc(size) : NULL;
}

static void *
scarce_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return is_supplied() ? realloc(p, size) : NULL;
}

static void
plain_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

/*
 * libcrypto blinds an RSA key, and leaves the blinding half updated when memory
 * runs out: then all that it signs is wrong.
 */
static void
test_sign_without_memory(void **state)
{
	unsigned char hash[SIGN_HASH_SIZE] = { 1, 2, 3 };
	struct test_key file = test_rsa(2048);
	struct str text, public_key;
	struct sign_key *key;
	long refused = 0;
	int r = 0;

	(void)state;
	assert_int_equal(0,
		sign_key_load(arena, file.path, &errors, "x", &key));
	assert_int_equal(0, sign_key_public(key, arena, &public_key));
	for (long n = 1; n < 200; n++) {
		supply = n;
		r = sign_key_sign(key, hash, arena, &text);
		supply = -1;
		refused += r < 0;
		if (r == 0)
			assert_true(verifies(key, public_key, text, hash));
		assert_int_equal(0, sign_key_sign(key, hash, arena, &text));
		assert_true(verifies(key, public_key, text, hash));
	}
	assert_true(refused > 10);
	assert_int_equal(0, r);
	test_key_free(&file);
}

/* A file is read once, and complained about once. */
static void
test_keyring(void **state)
{
	struct keyring ring = { .arena = arena, .errors = &errors };
	struct test_key file = test_ed25519_pem();
	const struct sign_key *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(0, keyring_get(&ring, file.path, "x", &a));
	test_key_free(&file);
	assert_int_equal(0, keyring_get(&ring, file.path, "y", &b));
	assert_ptr_equal(a, b);
	assert_int_equal(ERR_CONFIG, keyring_get(&ring, "/no", "x", &a));
	assert_int_equal(ERR_CONFIG, keyring_get(&ring, "/no", "y", &a));
	assert_int_equal(1, errors.count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sign, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_sign_without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keyring, setup, teardown),
	};

	/* Before it has allocated anything. */
	if (CRYPTO_set_mem_functions(scarce_malloc, scarce_realloc,
		plain_free) != 1)
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
