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
		cmocka_unit_test(quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
