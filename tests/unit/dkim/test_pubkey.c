#include "dkim/pubkey.h"
#include "unit/dkim/support.h"

static struct test_key rsa, ed;

static int
setup(void **state)
{
	(void)state;
	rsa = test_rsa(2048);
	ed = test_ed25519();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_key_free(&rsa);
	test_key_free(&ed);
	return 0;
}

static const struct signature by_rsa = {
	.key = SIG_RSA,
	.domain = STR("x.example"),
	.identity_domain = STR("x.example"),
};

static struct pubkey
choose(struct arena *arena, const struct signature *sig, const char *first,
	const char *second)
{
	struct dns_record records[2] = {
		{ .data = str_of(first) },
		{ .data = str_of(second) },
	};
	struct dns_answer answer = {
		.status = DNS_FOUND,
		.count = second != NULL ? 2 : 1,
		.records = records,
	};
	struct pubkey key;

	assert_int_equal(0, pubkey_choose(arena, &answer, sig, 1024, &key));
	return key;
}

/* The record's p= is written as %s here. */
struct row {
	const char *record;
	enum auth_result result;
	const char *reason;
};

static void
test_records(void **state)
{
	static const struct row rows[] = {
		{ "v=DKIM1; k=rsa; p=%s", AUTH_NONE, "" },
		{ "p=%s", AUTH_NONE, "" },
		{ "p=%s;", AUTH_NONE, "" },
		{ "v=DKIM1; h=sha1:sha256; s=*; t=y; n=note; p=%s",
			AUTH_NONE, "" },
		{ "v=DKIM1; s=other:email; t=s; p=%s", AUTH_NONE, "" },
		{ "v=DKIM1; p=", AUTH_PERMERROR, "the key was revoked" },
		{ "v=DKIM1", AUTH_PERMERROR, "malformed key record" },
		{ "v=DKIM2; p=%s", AUTH_PERMERROR, "malformed key record" },
		{ "p=%s; v=DKIM1", AUTH_PERMERROR, "malformed key record" },
		{ "p=%s; p=%s", AUTH_PERMERROR, "malformed key record" },
		{ "hello world", AUTH_PERMERROR, "malformed key record" },
		{ "", AUTH_PERMERROR, "malformed key record" },
		{ "v=DKIM1; h=sha1; p=%s", AUTH_PERMERROR,
			"the key is not for this hash algorithm" },
		{ "v=DKIM1; s=tlsrpt; p=%s", AUTH_PERMERROR,
			"the key is not for mail" },
		{ "v=DKIM1; k=ed25519; p=%s", AUTH_PERMERROR,
			"the key is of another type than the signature" },
		{ "v=DKIM1; p=****", AUTH_PERMERROR, "p= is not base64" },
		{ "v=DKIM1; p=AAAA", AUTH_PERMERROR,
			"the key is no RSA key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		char record[2048];
		struct pubkey key;

		snprintf(record, sizeof(record), rows[i].record,
			rsa.public_key, rsa.public_key);
		key = choose(arena, &by_rsa, record, NULL);
		if (key.result != rows[i].result)
			print_error("%s\n", rows[i].record);
		assert_int_equal(rows[i].result, key.result);
		assert_str(key.reason, rows[i].reason);
		if (key.result == AUTH_NONE)
			assert_int_equal(2048, key.bits);
		arena_free(arena);
	}
}

static void
test_subdomain(void **state)
{
	struct arena *arena = arena_new(0);
	struct signature sig = by_rsa;
	char record[2048];

	(void)state;
	sig.identity_domain = STR("a.x.example");
	snprintf(record, sizeof(record), "t=y : s; p=%s", rsa.public_key);
	assert_str(choose(arena, &sig, record, NULL).reason,
		"the key is not for subdomains");
	snprintf(record, sizeof(record), "t=y; p=%s", rsa.public_key);
	assert_true(choose(arena, &sig, record, NULL).test);
	arena_free(arena);
}

/* DNSSEC's word on the answer, whatever the answer is. */
static void
test_secure(void **state)
{
	struct arena *arena = arena_new(0);
	struct dns_answer answer = { .status = DNS_NXDOMAIN };
	struct pubkey key;

	(void)state;
	assert_int_equal(
		0, pubkey_choose(arena, &answer, &by_rsa, 1024, &key));
	assert_false(key.secure);
	answer.secure = true;
	assert_int_equal(
		0, pubkey_choose(arena, &answer, &by_rsa, 1024, &key));
	assert_true(key.secure);
	arena_free(arena);
}

/* Whatever the order in which the DNS gives them. */
static void
test_several(void **state)
{
	struct arena *arena = arena_new(0);
	char good[2048], other[2048];

	(void)state;
	snprintf(good, sizeof(good), "p=%s", rsa.public_key);
	snprintf(other, sizeof(other), "n=a; p=%s", rsa.public_key);
	assert_int_equal(
		AUTH_NONE, choose(arena, &by_rsa, good, "p=").result);
	assert_int_equal(
		AUTH_NONE, choose(arena, &by_rsa, "p=", good).result);
	assert_int_equal(AUTH_NONE,
		choose(arena, &by_rsa, "v=spf1 -all", good).result);
	assert_str(choose(arena, &by_rsa, "p=", "x").reason,
		"the key was revoked");
	assert_str(choose(arena, &by_rsa, "x", "p=").reason,
		"the key was revoked");
	snprintf(good, sizeof(good), "n=a; t=y; p=%s", rsa.public_key);
	assert_false(choose(arena, &by_rsa, good, other).test);
	assert_false(choose(arena, &by_rsa, other, good).test);
	arena_free(arena);
}

/* RSAPublicKey, as the RFC has it. */
static void
test_bare_rsa(void **state)
{
	struct arena *arena = arena_new(0);
	const unsigned char *p = rsa.public_der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, rsa.public_size);
	unsigned char *bare = NULL;
	int n = i2d_PublicKey(pkey, &bare);
	char *text = test_base64(bare, n);
	char record[2048];
	struct pubkey key;

	(void)state;
	snprintf(record, sizeof(record), "p=%s", text);
	key = choose(arena, &by_rsa, record, NULL);
	assert_int_equal(AUTH_NONE, key.result);
	assert_int_equal(2048, key.bits);
	assert_int_equal(1, EVP_PKEY_eq(pkey, key.key));
	free(text);
	OPENSSL_free(bare);
	EVP_PKEY_free(pkey);
	arena_free(arena);
}

static void
test_ed(void **state)
{
	struct arena *arena = arena_new(0);
	struct signature sig = by_rsa;
	char record[2048];
	struct pubkey key;

	(void)state;
	sig.key = SIG_ED25519;
	snprintf(record, sizeof(record), "k=ed25519; p=%s", ed.public_key);
	key = choose(arena, &sig, record, NULL);
	assert_int_equal(AUTH_NONE, key.result);
	assert_int_equal(256, key.bits);
	assert_str(choose(arena, &sig, "k=ed25519; p=AAAA", NULL).reason,
		"the key is no Ed25519 key");
	arena_free(arena);
}

static unsigned char *
put(unsigned char *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

static unsigned char *
head(unsigned char *p, unsigned char type, size_t n)
{
	unsigned char bytes[] = { type, 0x82, (unsigned char)(n >> 8),
		(unsigned char)n };

	return put(p, bytes, sizeof(bytes));
}

/*
 * The DER of a public key, in base64, by hand: its modulus is just a number,
 * for making keys of some of these sizes takes its time.
 */
static char *
key_text(unsigned bits)
{
	static const unsigned char algorithm[] = { 0x30, 0x0d, 0x06, 0x09,
		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
		0x00 };
	unsigned n = bits / 8 + 1; /* with a leading zero bit */
	unsigned key = 4 + n + 5;  /* two numbers with their heads */
	unsigned char der[1300], *p = der;

	p = head(p, 0x30, sizeof(algorithm) + 4 + 1 + 4 + key);
	p = put(p, algorithm, sizeof(algorithm));
	p = head(p, 0x03, 1 + 4 + key);
	*p++ = 0;
	p = head(p, 0x30, key);
	p = head(p, 0x02, n);
	memset(p, 0xff, n);
	p[0] = (unsigned char)((1 << bits % 8) - 1);
	p = put(p + n, "\x02\x03\x01\x00\x01", 5);
	return test_base64(der, (int)(p - der));
}

static void
test_sizes(void **state)
{
	static const struct {
		unsigned bits;
		enum auth_result result;
		const char *reason;
	} rows[] = {
		{ 768, AUTH_POLICY, "an RSA key of 768 bits, less than 1024" },
		{ 1023, AUTH_POLICY,
			"an RSA key of 1023 bits, less than 1024" },
		{ 1024, AUTH_NONE, "" },
		{ 4096, AUTH_NONE, "" },
		{ 8192, AUTH_NONE, "" },
		{ 8193, AUTH_PERMERROR,
			"an RSA key of 8193 bits, more than 8192" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		char *text = key_text(rows[i].bits);
		char record[4096];
		struct pubkey key;

		snprintf(record, sizeof(record), "p=%s", text);
		key = choose(arena, &by_rsa, record, NULL);
		assert_int_equal(rows[i].result, key.result);
		assert_str(key.reason, rows[i].reason);
		assert_int_equal(rows[i].bits, key.bits);
		free(text);
		arena_free(arena);
	}
}

/* Each prefix of a key's DER, and each changed byte, is read in bounds. */
static void
test_garbage(void **state)
{
	(void)state;
	for (int i = 0; i < rsa.public_size * 2; i++) {
		struct arena *arena = arena_new(0);
		int n = i < rsa.public_size ? i : rsa.public_size;
		unsigned char *der = malloc((size_t)n + 1);
		char record[2048], *text;

		memcpy(der, rsa.public_der, (size_t)n);
		if (i >= rsa.public_size)
			der[i - rsa.public_size] ^= 0x81;
		text = test_base64(der, n);
		snprintf(record, sizeof(record), "p=%s", text);
		choose(arena, &by_rsa, record, NULL);
		free(text);
		free(der);
		arena_free(arena);
	}
}

static void
test_statuses(void **state)
{
	static const struct {
		enum dns_status status;
		enum auth_result result;
	} rows[] = {
		{ DNS_NODATA, AUTH_PERMERROR },
		{ DNS_NXDOMAIN, AUTH_PERMERROR },
		{ DNS_BADNAME, AUTH_PERMERROR },
		{ DNS_FAILURE, AUTH_TEMPERROR },
		{ DNS_TIMEOUT, AUTH_TEMPERROR },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_answer answer = { .status = rows[i].status };
		struct pubkey key;

		assert_int_equal(0,
			pubkey_choose(arena, &answer, &by_rsa, 1024, &key));
		assert_int_equal(rows[i].result, key.result);
		assert_true(key.reason.n > 0);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_subdomain),
		cmocka_unit_test(test_secure),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_bare_rsa),
		cmocka_unit_test(test_ed),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
