/* The public suffix list. */
#include "unit/dmarc/fixture.h"

#include "dmarc/suffix.h"

static const struct {
	const char *name, *registered;
} rows[] = {
	{ "example.com", "example.com" },
	{ "a.b.example.com", "example.com" },
	{ "com", "com" },
	{ "x.com", "x.com" },
	{ "co.uk", "co.uk" },
	{ "example.co.uk", "example.co.uk" },
	{ "www.example.co.uk", "example.co.uk" },
	/* A wildcard and its exception. */
	{ "ck", "ck" },
	{ "www.ck", "www.ck" },
	{ "a.www.ck", "www.ck" },
	{ "b.test.ck", "b.test.ck" },
	/* IDN, and a suffix that is not on the list. */
	{ "www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn" },
	{ "a.b.nosuchtld", "b.nosuchtld" },
	{ "localhost", "localhost" },
};

static void
names(void **state)
{
	struct arena *arena = arena_new(0);
	const struct suffixes *s;
	struct str got;

	(void)state;
	assert_int_equal(suffixes_load(arena, &s), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(suffix_registered(s, arena,
			str_of(rows[i].name), &got), 0);
		assert_str(got, rows[i].registered);
	}
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	struct arena *arena = arena_new(0), *small = arena_new(4);
	const struct suffixes *s;
	struct str got;

	(void)state;
	assert_int_equal(suffixes_load(arena, &s), 0);
	assert_int_equal(suffix_registered(s, small, STR("example.com"),
		&got), ERR_NOMEM);
	arena_free(small);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
