/*
 * Internationalized signatures (RFC 8616): U-labels in d= and i=.
 */
#include "unit/dkim/signed.h"

#define DOMAIN      \
	"b\xc3\xbc" \
	"cher.example"
#define A_DOMAIN "xn--bcher-kva.example"

static const struct str message =
	STR("From: \xc3\x84nn <\xc3\xa4nn@" DOMAIN ">\r\n"
	    "To: bob@example.net\r\n"
	    "Subject: \xc3\xbc"
	    "ber  alles\r\n"
	    "\r\n"
	    "Gr\xc3\xbc\xc3\x9f"
	    "e  an alle \r\n"
	    "\r\n");

static struct str
sign(struct arena *arena, const char *key, const char *arguments,
	struct str text)
{
	char line[256];

	snprintf(line, sizeof(line), "%s " DOMAIN " %s", key, arguments);
	return dkimpy_sign(
		arena, key[0] == 'r' ? &world.rsa : &world.ed, line, text);
}

static void
test_passes(void **state)
{
	static const char *const rows[][2] = {
		{ "rsa", "simple/simple rsa-sha256" },
		{ "rsa", "simple/relaxed rsa-sha256" },
		{ "rsa", "relaxed/simple rsa-sha256" },
		{ "rsa", "relaxed/relaxed rsa-sha256" },
		{ "rsa", "relaxed/relaxed rsa-sha256 l" },
		{ "ed", "simple/simple ed25519-sha256" },
		{ "ed", "relaxed/relaxed ed25519-sha256" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct dkim_result r = verify_one(
			arena, sign(arena, rows[i][0], rows[i][1], message), 5);

		if (r.result != AUTH_PASS)
			fail_msg("%s: %.*s", rows[i][1], STR_ARG(r.reason));
		assert_str(r.domain, A_DOMAIN);
		assert_str(r.identity, "@" A_DOMAIN);
		assert_str(r.selector, rows[i][0]);
		arena_free(arena);
	}
}

static void
test_changes(void **state)
{
	static const struct {
		const char *before, *insert;
		enum auth_result result;
	} rows[] = {
		{ "alles", "x", AUTH_FAIL },
		{ "alles", " ", AUTH_PASS }, /* relaxed */
		{ "alle ", "x", AUTH_FAIL },
		{ "cher.example;", "x", AUTH_PERMERROR }, /* no such key */
		{ "nn@", "x", AUTH_FAIL },
	};
	struct arena *arena = arena_new(0);
	struct str text =
		sign(arena, "rsa", "relaxed/relaxed rsa-sha256", message);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(rows[i].result,
			verify_one(arena,
				with_text(arena, text, rows[i].before,
					rows[i].insert),
				5)
				.result);
	arena_free(arena);
}

/* Signatures that cover others, of which some are not ASCII. */
static void
test_covering(void **state)
{
	static const char *const cover[] = { "from", "from:dkim-signature",
		"from:dkim-signature:dkim-signature" };

	(void)state;
	for (size_t i = 0; i < 3 * 3; i++) {
		struct arena *arena = arena_new(0);
		char arguments[128];
		struct str text = sign(
			arena, "rsa", "relaxed/simple rsa-sha256", message);
		struct dkim_results r;

		snprintf(arguments, sizeof(arguments),
			"rsa example.com simple/relaxed rsa-sha256 h=%s",
			i / 3 < 2 ? cover[i / 3] : cover[1]);
		text = dkimpy_sign(arena, &world.rsa, arguments, text);
		snprintf(arguments, sizeof(arguments),
			"relaxed/relaxed ed25519-sha256 h=%s", cover[i % 3]);
		text = sign(arena, "ed", arguments, text);
		r = verify_message(arena, &world.options, world.dns, text, 9);
		assert_int_equal(3, r.count);
		for (size_t n = 0; n < 3; n++)
			if (r.sigs[n].result != AUTH_PASS)
				fail_msg("%zu of %zu", n, i);
		arena_free(arena);
	}
}

static void
test_partial(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct dkim_result r;

	(void)state;
	sb_add(&sb,
		sign(arena, "rsa", "relaxed/relaxed rsa-sha256 l", message));
	sb_addz(&sb, "and more\r\n");
	r = verify_one(arena, sb_done(&sb), 5);
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.partial_body);
	arena_free(arena);
}

/* dkimpy agrees with us on what it did not sign itself: an i= below d=. */
static void
test_identity(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = sign(arena, "rsa",
		"relaxed/relaxed rsa-sha256 i=\xc3\xa4nn@\xc3\xb6." DOMAIN,
		message);
	struct dkim_result r = verify_one(arena, text, 5);

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_str(r.identity, "@xn--nda." A_DOMAIN);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_covering),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_identity),
	};

	return cmocka_run_group_tests(tests, signed_setup, signed_teardown);
}
