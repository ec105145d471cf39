#include "keys/published.h"
#include "base/strbuf.h"
#include "unit/sign/support.h"

static struct sign_fixture fixture;

static int
setup(void **state)
{
	(void)state;
	sign_fixture_make(&fixture);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sign_fixture_free(&fixture);
	return 0;
}

/* P in the text is the public key, H half of it, O another key. */
static struct str
fill_in(struct arena *arena, const char *text)
{
	struct str p = str_of(fixture.ed25519.public_key);
	struct strbuf sb = sb_new(arena);

	for (; *text != '\0'; text++) {
		if (*text == 'P')
			sb_add(&sb, p);
		else if (*text == 'H')
			sb_add(&sb, str_first(p, p.n / 2));
		else if (*text == 'L')
			sb_add(&sb, str_from(p, p.n / 2));
		else if (*text == 'O')
			sb_addz(&sb, "AAAA");
		else
			sb_addc(&sb, *text);
	}
	return sb_done(&sb);
}

static const struct {
	const char *texts[3];
	enum published_state state;
	const char *word;
} rows[] = {
	{ { "v=DKIM1; k=ed25519; p=P" }, PUBLISHED_OK, "" },
	{ { "k=ed25519; p=P" }, PUBLISHED_OK, "" },
	{ { "v=DKIM1;k=ed25519;p= H L ;t=s;n=x" }, PUBLISHED_OK, "" },
	{ { "v=DKIM1; k=ed25519; h=sha1:sha256; s=*; p=P" }, PUBLISHED_OK,
		"" },
	{ { "v=DKIM1; k=ed25519; p=" }, PUBLISHED_REVOKED, "empty" },
	{ { "v=DKIM1; p=" }, PUBLISHED_REVOKED, "empty" },
	{ { "v=DKIM1; k=ed25519; p=O" }, PUBLISHED_OTHER_KEY, "another" },
	{ { "v=DKIM1; p=P" }, PUBLISHED_OTHER_KEY, "type of key" },
	{ { "v=DKIM1; k=ed25519; t=y; p=P" }, PUBLISHED_TEST, "t=y" },
	{ { "v=DKIM1; k=ed25519; t=s:y; p=P" }, PUBLISHED_TEST, "t=y" },
	{ { "v=DKIM1; k=ed25519; p=H" }, PUBLISHED_SPLIT, "in the middle" },
	{ { "v=DKIM1; k=ed25519; p=H\" \"L" }, PUBLISHED_SPLIT, "quotes" },
	{ { "\"v=DKIM1; k=ed25519; p=P\"" }, PUBLISHED_SPLIT, "quotes" },
	{ { "v=DKIM1; k=ed25519; p=H", "L" }, PUBLISHED_SPLIT,
		"several records" },
	{ { "L", "v=DKIM1; k=ed25519; p=H" }, PUBLISHED_SPLIT,
		"several records" },
	{ { "v=DKIM1; k=ed25519; p=P", "v=DKIM1; p=O" }, PUBLISHED_UNUSABLE,
		"several records" },
	/* The first is whole: the other is no piece of it. */
	{ { "v=DKIM1; k=ed25519; p=P", "v=spf1 -all" }, PUBLISHED_UNUSABLE,
		"several records" },
	{ { "some text", "v=DKIM1; k=ed25519; p=P" }, PUBLISHED_UNUSABLE,
		"several records" },
	{ { "v=spf1 -all" }, PUBLISHED_UNUSABLE, "not DKIM1" },
	{ { "some text" }, PUBLISHED_UNUSABLE, "not a key record" },
	{ { "" }, PUBLISHED_UNUSABLE, "not a key record" },
	{ { "v=DKIM1; k=ed25519" }, PUBLISHED_UNUSABLE, "no p=" },
	{ { "v=DKIM2; k=ed25519; p=P" }, PUBLISHED_UNUSABLE, "not DKIM1" },
	{ { "k=ed25519; p=P; v=DKIM1" }, PUBLISHED_UNUSABLE, "first tag" },
	{ { "v=DKIM1; k=ed25519; h=sha1; p=P" }, PUBLISHED_UNUSABLE,
		"sha256" },
	/* "*" means all to s= only. */
	{ { "v=DKIM1; k=ed25519; h=*; p=P" }, PUBLISHED_UNUSABLE, "sha256" },
	{ { "v=DKIM1; k=ed25519; t=*; p=P" }, PUBLISHED_OK, "" },
	{ { "v=DKIM1; k=ed25519; s=tlsrpt; p=P" }, PUBLISHED_UNUSABLE,
		"email" },
};

static void
test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct dns_record records[3] = { { .strings = 1 } };
		struct dns_answer answer = { .status = DNS_FOUND,
			.secure = i & 1, .records = records };
		struct published got;

		while (rows[i].texts[answer.count] != NULL) {
			records[answer.count].data =
				fill_in(arena, rows[i].texts[answer.count]);
			answer.count++;
		}
		assert_int_equal(0, published_judge(arena,
			fixture.ed25519_key, &answer, &got));
		if (got.state != rows[i].state ||
			strstr(got.why.p, rows[i].word) == NULL)
			fail_msg("%s: %s: %s", rows[i].texts[0],
				published_text(got.state), got.why.p);
		assert_int_equal(i & 1, got.secure);
		arena_free(arena);
	}
}

static void
test_rsa_key(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct dns_record record = { .strings = 2 };
	struct dns_answer answer = { .status = DNS_FOUND, .count = 1,
		.records = &record };
	struct published got;

	(void)state;
	sb_addf(&sb, "v=DKIM1; p=%s", fixture.rsa.public_key);
	record.data = sb_done(&sb);
	assert_int_equal(0,
		published_judge(arena, fixture.rsa_key, &answer, &got));
	assert_int_equal(PUBLISHED_OK, got.state);
	assert_int_equal(0,
		published_judge(arena, fixture.ed25519_key, &answer, &got));
	assert_int_equal(PUBLISHED_OTHER_KEY, got.state);
	arena_free(arena);
}

/* RFC 6376 asks for an RSAPublicKey, and shows a SubjectPublicKeyInfo. */
static void
test_bare_rsa_key(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct dns_record record = { .strings = 2 };
	struct dns_answer answer = { .status = DNS_FOUND, .count = 1,
		.records = &record };
	const unsigned char *der = fixture.rsa.public_der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &der, fixture.rsa.public_size);
	unsigned char *bare = NULL;
	int n = i2d_PublicKey(key, &bare);
	char *text = test_base64(bare, n);
	struct published got;

	(void)state;
	sb_addf(&sb, "v=DKIM1; p=%s", text);
	record.data = sb_done(&sb);
	assert_int_equal(0,
		published_judge(arena, fixture.rsa_key, &answer, &got));
	assert_int_equal(PUBLISHED_UNUSABLE, got.state);
	assert_non_null(strstr(got.why.p, "RSAPublicKey"));
	free(text);
	OPENSSL_free(bare);
	EVP_PKEY_free(key);
	arena_free(arena);
}

static void
test_no_record(void **state)
{
	static const enum published_state want[] = {
		[DNS_NODATA] = PUBLISHED_MISSING,
		[DNS_NXDOMAIN] = PUBLISHED_MISSING,
		[DNS_FAILURE] = PUBLISHED_NO_ANSWER,
		[DNS_TIMEOUT] = PUBLISHED_NO_ANSWER,
		[DNS_BADNAME] = PUBLISHED_UNUSABLE,
	};

	(void)state;
	for (int s = DNS_NODATA; s <= DNS_BADNAME; s++) {
		struct arena *arena = arena_new(0);
		struct dns_answer answer = { .status = (enum dns_status)s };
		struct published got;

		assert_int_equal(0, published_judge(arena,
			fixture.ed25519_key, &answer, &got));
		assert_int_equal(want[s], got.state);
		assert_true(got.why.n > 0);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_rsa_key),
		cmocka_unit_test(test_bare_rsa_key),
		cmocka_unit_test(test_no_record),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
