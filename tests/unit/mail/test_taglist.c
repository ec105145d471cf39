#include "base/strbuf.h"
#include "mail/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
	const char *text;
	int result;
	size_t count;
	const char *name; /* of the last tag */
	const char *value;
};

static const struct row rows[] = {
	{ "", 0, 0, NULL, NULL },
	{ " \r\n\t ", 0, 0, NULL, NULL },
	{ "v=1", 0, 1, "v", "1" },
	{ "v=1;", 0, 1, "v", "1" },
	{ "v=1; \n\t", 0, 1, "v", "1" },
	{ " v = 1 ; a\n\t=\n\tb ", 0, 2, "a", "b" },
	{ "p=", 0, 1, "p", "" },
	{ "p= ;", 0, 1, "p", "" },
	{ "b=a\n\tb=c", 0, 1, "b", "a\n\tb=c" },
	{ "a_1=x", 0, 1, "a_1", "x" },
	{ "n=caf\xc3\xa9", 0, 1, "n", "caf\xc3\xa9" },
	{ "V=1; v=2", 0, 2, "v", "2" },
	{ ";", ERR_SYNTAX, 0, NULL, NULL },
	{ ";;v=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "v=1;;a=2", ERR_SYNTAX, 0, NULL, NULL },
	{ "v", ERR_SYNTAX, 0, NULL, NULL },
	{ "v=1; a", ERR_SYNTAX, 0, NULL, NULL },
	{ "=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "1v=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "_v=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "a-b=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "a b=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "v=1; v=1", ERR_SYNTAX, 0, NULL, NULL },
	{ "v=a\x01z", ERR_SYNTAX, 0, NULL, NULL },
	{ "v=a\x7fz", ERR_SYNTAX, 0, NULL, NULL },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct taglist list = { 0 };
		const struct row *row = &rows[i];
		struct tag *last;

		assert_int_equal(row->result,
			taglist_parse(arena, str_of(row->text), &list));
		assert_int_equal(row->count, list.count);
		if (row->count > 0) {
			last = &list.tags[list.count - 1];
			assert_true(str_eq(last->name, str_of(row->name)));
			assert_true(str_eq(last->value, str_of(row->value)));
		}
		arena_free(arena);
	}
}

static void
test_get(void **state)
{
	struct arena *arena = arena_new(0);
	struct taglist list;

	(void)state;
	assert_int_equal(0,
		taglist_parse(arena, STR("v=1; p=; d=x.example"), &list));
	assert_true(str_eq(taglist_get(&list, "d"), STR("x.example")));
	assert_non_null(taglist_get(&list, "p").p);
	assert_int_equal(0, taglist_get(&list, "p").n);
	assert_null(taglist_get(&list, "D").p);
	arena_free(arena);
}

/* A lenient reader goes on behind what is no tag. */
static void
test_lenient(void **state)
{
	struct str rest = STR("v=1; oops; ; p=x;");
	struct tag tag;

	(void)state;
	assert_int_equal(1, taglist_next(&rest, &tag));
	assert_int_equal(ERR_SYNTAX, taglist_next(&rest, &tag));
	assert_int_equal(ERR_SYNTAX, taglist_next(&rest, &tag));
	assert_int_equal(1, taglist_next(&rest, &tag));
	assert_true(str_eq(tag.name, STR("p")));
	assert_int_equal(0, taglist_next(&rest, &tag));
	assert_int_equal(0, taglist_next(&rest, &tag));
}

static void
test_nul(void **state)
{
	struct arena *arena = arena_new(0);
	struct taglist list;

	(void)state;
	assert_int_equal(
		ERR_SYNTAX, taglist_parse(arena, STR("v=1\0; a=2"), &list));
	arena_free(arena);
}

static int
parse_many(unsigned tags)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct taglist list;
	int r;

	for (unsigned i = 0; i < tags; i++)
		sb_addf(&sb, "t%u=%u;", i, i);
	r = taglist_parse(arena, sb_done(&sb), &list);
	arena_free(arena);
	return r;
}

static void
test_limit(void **state)
{
	(void)state;
	assert_int_equal(0, parse_many(TAGLIST_MAX));
	assert_int_equal(ERR_LIMIT, parse_many(TAGLIST_MAX + 1));
	assert_int_equal(ERR_LIMIT, parse_many(100000));
}

static void
test_nomem(void **state)
{
	struct arena *arena = arena_new(16);
	struct taglist list;

	(void)state;
	assert_int_equal(
		ERR_NOMEM, taglist_parse(arena, STR("v=1; a=2; b=3"), &list));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_lenient),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_nomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
