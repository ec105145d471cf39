#include "unit/base/check.h"

#include "mail/cfws.h"

static const struct {
	struct str text;
	const char *rest; /* NULL: ERR_SYNTAX */
} skips[] = {
	{ STR(""), "" },
	{ { NULL, 0 }, "" },
	{ STR("a"), "a" },
	{ STR(" \t\r\n a "), "a " },
	{ STR("(c)a"), "a" },
	{ STR(" (c) (d)\n\t(e) a"), "a" },
	{ STR("((c)(d(e)))a"), "a" },
	{ STR("(\\))a"), "a" },
	{ STR("(\\()a"), "a" },
	{ STR("(\\\\)a"), "a" },
	{ STR("(\")a"), "a" },
	{ STR("(\"(\")a"), NULL },
	{ STR("()a"), "a" },
	{ STR("(\xff)a"), "a" },
	{ STR(")a"), ")a" },
	{ STR("\va"), "\va" },
	{ STR("("), NULL },
	{ STR(" (a"), NULL },
	{ STR("((a)"), NULL },
	{ STR("(a\\)"), NULL },
	{ STR("(a\\"), NULL },
	{ STR("(a)("), NULL },
};

static void
skip_cfws(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(skips); i++) {
		struct str rest = skips[i].text;
		int err = cfws_skip(&rest);

		assert_row(i, err == (skips[i].rest ? 0 : ERR_SYNTAX));
		if (err == 0)
			assert_row(i, str_eq(rest, str_of(skips[i].rest)));
	}
}

/* A NUL is a byte like another. */
static void
nul_in_comment(void **state)
{
	struct str rest = STR("(a\0b)c"), inside;

	(void)state;
	assert_int_equal(cfws_skip_comment(&rest, &inside), 0);
	assert_true(str_eq(inside, STR("a\0b")));
	assert_str(rest, "c");
}

static const struct {
	struct str text;
	const char *inside; /* NULL: ERR_SYNTAX */
	const char *unquoted;
	const char *rest;
} quoted[] = {
	{ STR("\"\"a"), "", "", "a" },
	{ STR("\"x y\" z"), "x y", "x y", " z" },
	{ STR("\"a\\\"b\"c"), "a\\\"b", "a\"b", "c" },
	{ STR("\"a\\\\\"c"), "a\\\\", "a\\", "c" },
	{ STR("\"\\a\\b\""), "\\a\\b", "ab", "" },
	{ STR("\"a\r\n\tb\""), "a\r\n\tb", "a\tb", "" },
	{ STR("\"a\n b\""), "a\n b", "a b", "" },
	{ STR("\"(\"c)"), "(", "(", "c)" },
	{ STR("\"\xc3\xa9\""), "\xc3\xa9", "\xc3\xa9", "" },
	{ STR("\""), NULL, NULL, NULL },
	{ STR("\"a"), NULL, NULL, NULL },
	{ STR("\"a\\\""), NULL, NULL, NULL },
	{ STR("\"a\\"), NULL, NULL, NULL },
};

static void
quotes(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(quoted); i++) {
		struct str a = quoted[i].text, b = a, inside, text;
		int wanted = quoted[i].inside ? 0 : ERR_SYNTAX;

		assert_row(i, cfws_skip_quoted(&a, &inside) == wanted);
		assert_row(i, cfws_quoted(arena, &b, &text) == wanted);
		if (wanted != 0)
			continue;
		assert_str(inside, quoted[i].inside);
		assert_str(text, quoted[i].unquoted);
		assert_row(i, str_eq(a, str_of(quoted[i].rest)));
		assert_row(i, str_eq(b, str_of(quoted[i].rest)));
	}
	arena_free(arena);
}

static void
quoted_without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 400; limit++) {
		struct arena *arena = arena_new(limit);
		struct str rest = STR("\"0123456789012345678901234567890123456"
			"7890123456789012345678901234567890123456789\"");
		struct str text = { NULL, 0 };
		int err = cfws_quoted(arena, &rest, &text);

		assert_true(err == 0 ? text.n == 80 : err == ERR_NOMEM);
		arena_free(arena);
	}
}

/* Depth is counted, not recursed into. */
static void
deep(void **state)
{
	size_t n = 1000000;
	char *text = malloc(2 * n + 1);
	struct str rest = { text, 2 * n + 1 };

	(void)state;
	memset(text, '(', n);
	memset(text + n, ')', n);
	text[2 * n] = 'x';
	assert_int_equal(cfws_skip(&rest), 0);
	assert_str(rest, "x");
	rest = (struct str){ text, 2 * n - 1 };
	assert_int_equal(cfws_skip(&rest), ERR_SYNTAX);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skip_cfws),
		cmocka_unit_test(nul_in_comment),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quoted_without_memory),
		cmocka_unit_test(deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
