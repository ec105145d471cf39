/* Local parts out of sight. */
#include "unit/report/fixture.h"

#include "report/digest.h"
#include "report/redact.h"

static void
hidden(void **state)
{
	static const struct {
		const char *text, *wanted; /* %: what stands for "alice" */
	} rows[] = {
		{ "From: Alice <alice@b.example>\n",
			"From: Alice <%@b.example>\n" },
		{ "To: alice@b.example, alice@c.example\n",
			"To: %@b.example, %@c.example\n" },
		{ "Message-ID: <alice@b.example>\n",
			"Message-ID: <alice@b.example>\n" },
		{ "MESSAGE-id:\n <alice@b.example>\nTo: alice@b.example\n",
			"MESSAGE-id:\n <alice@b.example>\nTo: %@b.example\n" },
		{ "To: x\n\talice@b.example\n", "To: x\n\t%@b.example\n" },
		{ "alice@b.example", "%@b.example" },
		{ "@b.example @ @", "@b.example @ @" },
		{ "alice@@b", "%@@b" },
		{ "i=alice@b.example; header.i=alice@b.example",
			"i=%@b.example; header.i=%@b.example" },
		{ "spf=pass smtp.mailfrom=alice@b.example;",
			"spf=pass smtp.mailfrom=%@b.example;" },
		{ "helo=\"h.example\"; envelope-from=\"alice@b.example\"",
			"helo=\"h.example\"; envelope-from=\"%@b.example\"" },
		{ "\"Alice\" <alice@b.example>", "\"Alice\" <%@b.example>" },
		{ "nothing\n\nhere", "nothing\n\nhere" },
		{ "", "" },
	};
	struct arena *arena = arena_new(0);
	struct str alice = str_first(digest_keyed(arena, STR("key"),
		STR("alice")), 16);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf sb = sb_new(arena);
		struct str got = redact(arena, STR("key"),
			str_of(rows[i].text));

		for (const char *p = rows[i].wanted; *p != '\0'; p++) {
			if (*p == '%')
				sb_add(&sb, alice);
			else
				sb_addc(&sb, *p);
		}
		if (!str_eq(got, sb_done(&sb)))
			fail_msg("row %zu: %.*s", i, STR_ARG(got));
	}
	arena_free(arena);
}

/* Local parts of all kinds: whole, and nothing of them is left. */
static void
odd(void **state)
{
	static const struct {
		const char *text, *left; /* %: the code */
	} rows[] = {
		{ "<bounce-alice=b.example@l.example>", "<%@l.example>" },
		{ "smtp.mailfrom=list+alice=b.example@l.example",
			"smtp.mailfrom=%@l.example" },
		{ "prvs=1234=alice@b.example", "%@b.example" },
		{ "To: \"alice \\\"a\\\"\"@b.example", "To: %@b.example" },
		{ "To: \"Bob\", \"alice\".\"x y\"@b.example",
			"To: \"Bob\", %@b.example" },
		{ "To: x.\"alice\".y@b.example", "To: %@b.example" },
		{ "To: \"alice\n c\"@b.example", "To: %@b.example" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str got = redact(arena, STR("key"),
			str_of(rows[i].text));
		size_t code = strcspn(rows[i].left, "%");
		struct str left = str_of(rows[i].left);

		assert_row(i, got.n == left.n + 15);
		assert_row(i, str_eq(str_first(got, code),
			str_first(left, code)));
		assert_row(i, str_eq(str_from(got, code + 16),
			str_from(left, code + 1)));
	}
	arena_free(arena);
}

static void
quoted(void **state)
{
	struct arena *arena = arena_new(0);
	struct str got = redact(arena, STR("key"),
		STR("To: \"alice b\"@b.example, \"@c"));

	(void)state;
	assert_false(str_has(got, "alice"));
	assert_true(str_has(got, "@b.example"));
	/* Another key, another name. */
	assert_false(str_eq(redact(arena, STR("a"), STR("x@y")),
		redact(arena, STR("b"), STR("x@y"))));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hidden),
		cmocka_unit_test(odd),
		cmocka_unit_test(quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
