/*
 * What a signature is worth that verifies: our judgement, not the RFC's.
 */
#include "unit/dkim/signed.h"

static void
test_partial(void **state)
{
	static const struct {
		enum partial_body policy;
		enum auth_result result;
		bool discounted;
	} rows[] = {
		{ PARTIAL_ACCEPT, AUTH_PASS, false },
		{ PARTIAL_IGNORE, AUTH_PASS, true },
		{ PARTIAL_REFUSE, AUTH_POLICY, true },
	};
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &world.rsa,
		"rsa example.com relaxed/simple rsa-sha256 l", plain_message);
	struct strbuf longer = sb_new(arena);

	(void)state;
	sb_add(&longer, text);
	sb_addz(&longer, "buy now\r\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dkim_result r;

		world.options.partial = rows[i].policy;
		r = verify_one(arena, text, 100);
		assert_int_equal(AUTH_PASS, r.result);
		assert_false(r.partial_body || r.discounted);
		r = verify_one(arena, sb_done(&longer), 100);
		assert_int_equal(rows[i].result, r.result);
		assert_int_equal(rows[i].discounted, r.discounted);
		assert_true(r.partial_body);
		assert_str(r.reason, "l= is less than the body");
	}
	world.options.partial = PARTIAL_ACCEPT;
	arena_free(arena);
}

static void
test_test_keys(void **state)
{
	const char *arguments = "test example.com relaxed/relaxed rsa-sha256";
	struct arena *arena = arena_new(0);
	struct dkim_result r;

	(void)state;
	r = sign_and_verify(arena, &world.rsa, arguments);
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.test);
	assert_false(r.discounted);
	world.options.ignore_tests = true;
	r = sign_and_verify(arena, &world.rsa, arguments);
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.discounted);
	assert_false(
		verify_one(arena, signed_message(arena, "relaxed/relaxed"), 100)
			.discounted);
	world.options.ignore_tests = false;
	arena_free(arena);
}

/* Each field that a message has once: a second one is seen wherever it is. */
static void
test_duplicates(void **state)
{
	static const char *const names[] = { "Subject", "Date", "To", "Cc",
		"Reply-To", "Sender", "Message-ID", "Content-Type",
		"Content-Transfer-Encoding" };
	static const char *const places[] = { "DKIM-", "From:", "\r\nHello" };
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) * 3; i++) {
		char field[64], reason[64];
		struct str twice;
		struct dkim_result r;

		snprintf(field, sizeof(field), "%s: x\r\n", names[i / 3]);
		snprintf(reason, sizeof(reason), "a second %s is not signed",
			names[i / 3]);
		/* One is there, or is not and comes twice. */
		twice = with_text(arena, text, places[i % 3], field);
		twice = with_text(arena, twice, "From:", field);
		r = verify_one(arena, twice, 100);
		if (r.result == AUTH_FAIL)
			continue; /* it also displaced the signed one */
		assert_int_equal(AUTH_POLICY, r.result);
		assert_str(r.reason, reason);
	}
	arena_free(arena);
}

/* White space before the colon (RFC 5322 section 4.5) hides none. */
static void
test_odd_duplicates(void **state)
{
	static const char *const fields[] = { "Subject : x\r\n",
		"SUBJECT\t: x\r\n" };
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct dkim_result r = verify_one(arena,
			with_text(arena, text, "DKIM-", fields[i]), 100);

		assert_int_equal(AUTH_POLICY, r.result);
		assert_str(r.reason, "a second Subject is not signed");
	}
	arena_free(arena);
}

/*
 * Not even where the canonicalization takes it for a space; but at the end of a
 * line, where scripts leave one, it is nothing to see.
 */
static void
test_bare_cr(void **state)
{
	static const char *const canons[] = { "relaxed/relaxed",
		"simple/simple" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct str text = signed_message(arena, canons[i]);
		struct dkim_result r = verify_one(arena, with_text(arena, text,
			"From:", "X-Odd: a\rSubject: b\r\n"), 100);

		assert_int_equal(AUTH_POLICY, r.result);
		assert_str(r.reason, "the header has a bare CR");
		r = verify_one(arena, with_text(arena, text, "From:",
			"X-Odd: a\r\r\n"), 100);
		assert_int_equal(AUTH_PASS, r.result);
	}
	arena_free(arena);
}

/* From may not be added, whether it is signed once or twice. */
static void
test_second_from(void **state)
{
	static const char *const froms[] = { "From: x@evil.example\r\n",
		"FROM: x@evil.example\r\n", "From:\r\n",
		"From : x@evil.example\r\n" };
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");

	(void)state;
	for (size_t i = 0; i < sizeof(froms) / sizeof(froms[0]); i++) {
		struct dkim_result r = verify_one(
			arena, with_text(arena, text, "From:", froms[i]), 100);

		assert_int_equal(AUTH_PERMERROR, r.result);
		assert_str(r.reason, "the message has more than one From");
	}
	arena_free(arena);
}

static const char other_signature[] =
	"DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=from;\r\n"
	"\tbh=AAAA; b=AAAA\r\n";

/* The author's signature is tried though it is the last of many. */
static void
test_author_first(void **state)
{
	static const struct {
		int others;
		size_t results, untried;
	} rows[] = { { 5, 6, 0 }, { 12, 13, 3 }, { 59, 20, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct strbuf sb = sb_new(arena);
		struct dkim_results r;
		size_t untried = 0;

		for (int n = 0; n < rows[i].others; n++)
			sb_addz(&sb, other_signature);
		sb_add(&sb, signed_message(arena, "relaxed/relaxed"));
		r = verify_message(
			arena, &world.options, world.dns, sb_done(&sb), 100);
		assert_int_equal(rows[i].results, r.count);
		assert_int_equal(AUTH_PASS, r.sigs[r.count - 1].result);
		assert_str(r.sigs[r.count - 1].domain, "example.com");
		for (size_t n = 0; n < r.count; n++)
			untried += r.sigs[n].result == AUTH_NEUTRAL;
		assert_int_equal(rows[i].untried, untried);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_test_keys),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_odd_duplicates),
		cmocka_unit_test(test_bare_cr),
		cmocka_unit_test(test_second_from),
		cmocka_unit_test(test_author_first),
	};

	return cmocka_run_group_tests(tests, signed_setup, signed_teardown);
}
