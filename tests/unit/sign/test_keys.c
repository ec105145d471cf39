#include "sign/keys.h"
#include "unit/dkim/support.h"

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
test_modes(void **state)
{
	struct test_key rsa = test_rsa(2048);

	(void)state;
	chmod(rsa.path, 0644);
	assert_refused(rsa.path, "open to all users");
	chmod(rsa.path, 0601);
	assert_refused(rsa.path, "open to all users");
	chmod(rsa.path, 0660);
	assert_refused(rsa.path, "written by its group");
	if (geteuid() == 0) {
		chmod(rsa.path, 0600);
		assert_int_equal(0, chown(rsa.path, 12345, 0));
		assert_refused(rsa.path, "belongs to another user");
	}
	test_key_free(&rsa);
}

static void
test_files(void **state)
{
	(void)state;
	assert_refused("/nonexistent/key", "No such file");
	assert_refused("/tmp", "is not a file");
	assert_refused("/dev/null", "is not a file");
}

static void
write_file(char path[64], const char *text)
{
	FILE *f = test_file(path);

	fputs(text, f);
	fclose(f);
}

static void
test_contents(void **state)
{
	struct test_key small = test_rsa(1024);
	struct test_key ed = test_ed25519();
	char path[64];

	(void)state;
	assert_refused(small.path, "has 1024 bits; at least 2048");
	assert_refused(ed.path, "is not a private key in PEM");
	write_file(path, "");
	assert_refused(path, "is not a private key in PEM");
	unlink(path);
	write_file(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	assert_refused(path, "is not a private key in PEM");
	unlink(path);
	test_key_free(&small);
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
	assert_refused(path, "is not an RSA key");
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

static void
test_sign(void **state)
{
	static const unsigned char hash[SIGN_HASH_SIZE] = { 1, 2, 3 };
	struct test_key rsa = test_rsa(2048);
	const unsigned char *p = rsa.public_der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, rsa.public_size);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	unsigned char bytes[300];
	struct sign_key *key;
	struct str text;

	(void)state;
	assert_int_equal(
		0, sign_key_load(arena, rsa.path, &errors, "x", &key));
	assert_int_equal(0, sign_key_sign(key, hash, arena, &text));
	assert_int_equal(344, text.n);
	EVP_DecodeBlock(bytes, (const unsigned char *)text.p, 344);
	assert_int_equal(1, EVP_PKEY_verify_init(ctx));
	assert_int_equal(
		1, EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING));
	assert_int_equal(
		1, EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()));
	assert_int_equal(
		1, EVP_PKEY_verify(ctx, bytes, 256, hash, sizeof(hash)));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	test_key_free(&rsa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sign, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
