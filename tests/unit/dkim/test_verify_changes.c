/*
 * Signed messages, changed byte by byte or generated: whether a change breaks
 * the signature is for canonicalization to say, and for dkimpy to judge.
 */
#include "unit/dkim/signed.h"

static const struct str message = STR("From: Ann <ann@example.com>\r\n"
				      "To: b@example.net\r\n"
				      "Subject: a  folded\r\n"
				      "\tsubject \r\n"
				      "\r\n"
				      "Hello  Bob,\r\n"
				      "\r\n"
				      " trailing \t\r\n"
				      ".\r\n"
				      "\r\n"
				      "\r\n");

/* All changes with their verdicts, as changes.py prints them. */
static struct str
changes(struct arena *arena, const struct test_key *key, const char *record,
	const char *arguments)
{
	char command[1024];
	struct str text;
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/changes.py %s %s '%sp=%s'",
		key->path, arguments, record, key->public_key);
	text = run_command(arena, command, message, &status);
	assert_int_equal(0, status);
	return text;
}

struct count {
	size_t good, bad;
};

static void
check(struct str text, bool good, struct count *count)
{
	struct arena *arena = arena_new(0);
	struct dkim_results all =
		verify_message(arena, &world.options, world.dns, text, 50);
	/* The change may have made the signature another field. */
	bool passes = all.count == 1 && all.sigs[0].result == AUTH_PASS;

	count->good += good && passes;
	count->bad += !good && !passes;
	if (good != passes)
		fail_msg("dkimpy: %d, we: %s %.*s\n%.*s", good,
			all.count == 1 ? auth_result_text(all.sigs[0].result)
				       : "none",
			STR_ARG(all.count == 1 ? all.sigs[0].reason : STR("")),
			STR_ARG(text));
	arena_free(arena);
}

static struct count
check_all(struct str rest)
{
	struct count count = { 0, 0 };

	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');
		struct str size = str_cut(&line, ' ');
		unsigned long n;

		assert_true(str_to_ulong(size, rest.n, &n));
		check(str_first(rest, n), line.p[0] == '1', &count);
		rest = str_from(rest, n);
	}
	return count;
}

static void
test_changes(void **state)
{
	static const char *const canons[] = { "simple/simple", "simple/relaxed",
		"relaxed/simple", "relaxed/relaxed" };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct arena *arena = arena_new(0);
		bool ed = i % 2 == 1;
		char arguments[128];
		struct count count;

		snprintf(arguments, sizeof(arguments), "%s example.com %s %s",
			ed ? "ed" : "old", canons[i / 2],
			ed ? "ed25519-sha256" : "rsa-sha256");
		count = check_all(changes(arena, ed ? &world.ed : &world.old,
			ed ? "k=ed25519; " : "", arguments));
		print_message("%s: %zu keep, %zu break\n", arguments,
			count.good, count.bad);
		assert_true(count.good > 200 && count.bad > 1500);
		arena_free(arena);
	}
}

static void
test_generated(void **state)
{
	struct arena *arena = arena_new(0);
	char command[1024];
	struct count count;
	int status;

	(void)state;
	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/generated.py 1 1500 %s old "
		"example.com 'p=%s'",
		world.old.path, world.old.public_key);
	count = check_all(run_command(arena, command, STR(""), &status));
	assert_int_equal(0, status);
	print_message("generated: %zu keep, %zu break\n", count.good,
		count.bad);
	assert_true(count.good > 500 && count.bad > 200);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests(tests, signed_setup, signed_teardown);
}
