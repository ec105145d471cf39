#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/master.h"

struct expected {
	const char *entry; /* trailing space ignored; NULL ends */
	unsigned line;
};

static const struct {
	struct str text;
	struct expected entries[4];
	unsigned error; /* the line; 0: none */
} cases[] = {
	{ STR(""), { { NULL, 0 } }, 0 },
	{ STR("\n \n\t\n"), { { NULL, 0 } }, 0 },
	{ STR("a A 1"), { { "a A 1", 1 } }, 0 },
	{ STR("a\r\n\r\nb\r\n"), { { "a", 1 }, { "b", 3 } }, 0 },
	{ STR("a ; b\n c"), { { "a", 1 }, { " c", 2 } }, 0 },
	{ STR("  ; x\na"), { { "; x", 1 }, { "a", 2 } }, 0 },
	{ STR("a \"b;c\" ; d"), { { "a \"b;c\"", 1 } }, 0 },
	{ STR("a b\\;c"), { { "a b\\;c", 1 } }, 0 },
	{ STR("a \"\\\"(;\""), { { "a \"\\\"(;\"", 1 } }, 0 },
	{ STR("a (b\n; fault x\n\n c) d\ne"),
		{ { "a  b    c  d", 1 }, { "e", 5 } }, 0 },
	{ STR("a \"(\" \\( b"), { { "a \"(\" \\( b", 1 } }, 0 },
	{ STR("a ((b)\n)"), { { "a   b", 1 } }, 0 },
	{ STR("a\nb (c\n"), { { "a", 1 } }, 2 },
	{ STR("a\nb )c\n"), { { "a", 1 } }, 2 },
	{ STR("a \"b\nc\""), { { NULL, 0 } }, 1 },
	{ STR("a\n\nb\0c"), { { "a", 1 } }, 3 },
	{ STR("a\\"), { { "a\\", 1 } }, 0 },
};

static struct str
without_end(struct str s)
{
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static void
test_entries(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct master master = { arena, cases[i].text, 0 };
		const struct expected *e = cases[i].entries;
		struct str entry;
		unsigned line;
		int rc;

		while ((rc = master_next(&master, &entry, &line)) > 0) {
			assert_non_null(e->entry);
			assert_int_equal(line, e->line);
			assert_true(str_eq(without_end(entry),
				str_of(e->entry)));
			e++;
		}
		assert_null(e->entry);
		assert_int_equal(rc, cases[i].error != 0 ? ERR_SYNTAX : 0);
		if (rc < 0)
			assert_int_equal(line, cases[i].error);
	}
	arena_free(arena);
}

static void
test_no_memory(void **state)
{
	struct arena *arena = arena_new(16);
	struct master master = { arena, STR("abc"), 0 };
	struct str entry;
	unsigned line;

	(void)state;
	assert_int_equal(master_next(&master, &entry, &line), ERR_NOMEM);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
