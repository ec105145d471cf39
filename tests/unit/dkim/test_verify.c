#include "unit/dkim/signed.h"

static void
test_canonicalizations(void **state)
{
	static const char *const canons[] = { "simple/simple", "simple/relaxed",
		"relaxed/simple", "relaxed/relaxed" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct arena *arena = arena_new(0);
		char arguments[128];
		struct dkim_result r;

		snprintf(arguments, sizeof(arguments),
			"rsa example.com %s rsa-sha256", canons[i]);
		r = sign_and_verify(arena, &world.rsa, arguments);
		assert_int_equal(AUTH_PASS, r.result);
		assert_str(r.domain, "example.com");
		assert_str(r.selector, "rsa");
		assert_str(r.algorithm, "rsa-sha256");
		assert_int_equal(8, r.b.n);
		assert_int_equal(2048, r.key_bits);
		assert_false(r.partial_body);
		snprintf(arguments, sizeof(arguments),
			"ed example.com %s ed25519-sha256", canons[i]);
		r = sign_and_verify(arena, &world.ed, arguments);
		assert_int_equal(AUTH_PASS, r.result);
		assert_str(r.algorithm, "ed25519-sha256");
		arena_free(arena);
	}
}

struct outcome {
	const char *arguments; /* of dkimpy; the key by the selector's name */
	enum auth_result result;
	const char *reason;
};

static const struct test_key *
key_for(const char *arguments)
{
	if (strncmp(arguments, "small", 5) == 0)
		return &world.small;
	if (strncmp(arguments, "old", 3) == 0)
		return &world.old;
	return &world.rsa;
}

static void
test_outcomes(void **state)
{
	static const struct outcome rows[] = {
		{ "old example.com relaxed/simple rsa-sha256", AUTH_PASS, "" },
		{ "small example.com relaxed/simple rsa-sha256", AUTH_POLICY,
			"an RSA key of 512 bits, less than 1024" },
		{ "rsa example.com relaxed/relaxed rsa-sha1", AUTH_PERMERROR,
			"rsa-sha1 is not accepted" },
		{ "missing example.com relaxed/relaxed rsa-sha256",
			AUTH_PERMERROR, "no key for signature" },
		{ "revoked example.com relaxed/relaxed rsa-sha256",
			AUTH_PERMERROR, "the key was revoked" },
		{ "other example.com relaxed/relaxed rsa-sha256", AUTH_FAIL,
			"signature verification failed" },
		{ "ed example.com relaxed/relaxed rsa-sha256", AUTH_PERMERROR,
			"the key is of another type than the signature" },
		{ "servfail example.com relaxed/relaxed rsa-sha256",
			AUTH_TEMPERROR, "key lookup failed" },
		{ "timeout example.com relaxed/relaxed rsa-sha256",
			AUTH_TEMPERROR, "key lookup timed out" },
		{ "strict example.com relaxed/relaxed rsa-sha256", AUTH_PASS,
			"" },
		{ "two example.com relaxed/relaxed rsa-sha256", AUTH_PASS, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		const char *arguments = rows[i].arguments;
		struct dkim_result r =
			sign_and_verify(arena, key_for(arguments), arguments);

		if (r.result != rows[i].result)
			print_error("%s: %s\n", arguments,
				auth_result_text(r.result));
		assert_int_equal(rows[i].result, r.result);
		assert_str(r.reason, rows[i].reason);
		arena_free(arena);
	}
}

static void
test_flag(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_result r = sign_and_verify(arena, &world.rsa,
		"test example.com relaxed/relaxed rsa-sha256");

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.test);
	arena_free(arena);
}

/* What libopendkim would not take: an encoded i=, and a long h=. */
static void
test_unusual(void **state)
{
	struct arena *arena = arena_new(0);
	char arguments[8192];
	size_t n;
	struct dkim_result r = sign_and_verify(arena, &world.rsa,
		"rsa example.com relaxed/relaxed rsa-sha256"
		" i=a=40b=2Bc@m.example.com");

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_str(r.identity, "a=40b=2Bc@m.example.com");
	n = (size_t)sprintf(arguments,
		"rsa example.com simple/simple rsa-sha256 h=from");
	for (int i = 0; i < 200; i++)
		n += (size_t)sprintf(arguments + n, ":x-absent-field-%d", i);
	r = sign_and_verify(arena, &world.rsa, arguments);
	assert_int_equal(AUTH_PASS, r.result);
	arena_free(arena);
}

static void
test_length(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &world.rsa,
		"rsa example.com relaxed/relaxed rsa-sha256 l", plain_message);
	struct strbuf sb = sb_new(arena);
	struct dkim_result r = verify_one(arena, text, 7);

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_false(r.partial_body);
	sb_add(&sb, text);
	sb_addz(&sb, "buy now\r\n");
	r = verify_one(arena, sb_done(&sb), 7);
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.partial_body);
	text.n -= strlen(".\r\nbye\r\n\r\n\r\n");
	r = verify_one(arena, text, 7);
	assert_int_equal(AUTH_FAIL, r.result);
	assert_str(r.reason, "l= is more than the body has");
	arena_free(arena);
}

static void
test_added_fields(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");
	struct dkim_result r;

	(void)state;
	r = verify_one(arena,
		with_text(arena, text, "Date:", "From: x@evil.example\r\n"),
		100);
	assert_int_equal(AUTH_PERMERROR, r.result);
	assert_str(r.reason, "the message has more than one From");
	r = verify_one(arena,
		with_text(arena, text, "DKIM-", "Subject: another\r\n"), 100);
	assert_int_equal(AUTH_POLICY, r.result);
	assert_str(r.reason, "a second Subject is not signed");
	r = verify_one(arena,
		with_text(arena, text, "Date:", "X-Other: fine\r\n"), 100);
	assert_int_equal(AUTH_PASS, r.result);
	arena_free(arena);
}

static void
test_bare_newlines(void **state)
{
	static const char *const inserts[] = { "\r", "\n" };
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t piece = 1; piece < 4; piece++) {
			struct str changed =
				with_text(arena, text, "ello", inserts[i]);
			struct dkim_result r =
				verify_one(arena, changed, piece);

			assert_true(r.result == AUTH_POLICY ||
				    r.result == AUTH_FAIL);
		}
	arena_free(arena);
}

/* Bodies at the edges of canonicalization, in pieces of each size. */
static void
test_bodies(void **state)
{
	static const char *const bodies[] = { "", "\r\n", "\r\n\r\n", " \r\n",
		"no final newline", "a\r\n\r\n\r\nb\r\n", "\ta  b\t c \r\n\r\n",
		"\xff\x80\r\n", "x \r\n" };
	static const char *const canons[] = { "simple", "relaxed" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]) * 2; i++) {
		struct arena *arena = arena_new(0);
		struct strbuf sb = sb_new(arena);
		char arguments[128];
		struct str text;

		sb_addz(&sb, "From: ann@example.com\r\n\r\n");
		sb_addz(&sb, bodies[i / 2]);
		snprintf(arguments, sizeof(arguments),
			"rsa example.com relaxed/%s rsa-sha256", canons[i % 2]);
		text = dkimpy_sign(arena, &world.rsa, arguments, sb_done(&sb));
		for (size_t piece = 1; piece < 8; piece++)
			if (verify_one(arena, text, piece).result != AUTH_PASS)
				fail_msg("%s body %zu in %zus", canons[i % 2],
					i / 2, piece);
		arena_free(arena);
	}
}

static void
test_nul(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text, changed;

	(void)state;
	sb_addz(&sb, "From: ann@example.com\r\n\r\na");
	sb_addc(&sb, '\0');
	sb_addz(&sb, "b\r\n");
	text = dkimpy_sign(arena, &world.rsa,
		"rsa example.com simple/simple rsa-sha256", sb_done(&sb));
	assert_int_equal(AUTH_PASS, verify_one(arena, text, 2).result);
	changed = arena_copy(arena, text);
	((char *)memmem(changed.p, changed.n, "ann@", 4))[1] = '\0';
	assert_int_equal(AUTH_PERMERROR, verify_one(arena, changed, 2).result);
	arena_free(arena);
}

/* A bad one among the good ones, and one that covers signatures. */
static void
test_mixed(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	sb_addz(&sb, "DKIM-Signature: v=1; d=example.com; nonsense\r\n");
	sb_addz(&sb,
		"DKIM-Signature: v=1; a=rsa-sha256; d=example.com;\r\n"
		" s=rsa; h=from:dkim-signature:dkim-signature:received:date:"
		"x:y:z:to:subject:dkim-signature:dkim-signature:a:b;\r\n"
		"\tbh=AAAA; b=AAAA\r\n");
	sb_add(&sb, text);
	r = verify_message(
		arena, &world.options, world.dns, sb_done(&sb), 1000);
	assert_int_equal(3, r.count);
	assert_int_equal(AUTH_PERMERROR, r.sigs[0].result);
	assert_str(r.sigs[0].domain, "example.com");
	assert_int_equal(AUTH_FAIL, r.sigs[1].result);
	assert_int_equal(AUTH_PASS, r.sigs[2].result);
	arena_free(arena);
}

static void
test_unsigned(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_results r = verify_message(
		arena, &world.options, world.dns, plain_message, 10);

	(void)state;
	assert_int_equal(0, r.count);
	r = verify_message(arena, &world.options, world.dns, STR("\r\n"), 10);
	assert_int_equal(0, r.count);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonicalizations),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_unusual),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_added_fields),
		cmocka_unit_test(test_bare_newlines),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_unsigned),
	};

	return cmocka_run_group_tests(tests, signed_setup, signed_teardown);
}
