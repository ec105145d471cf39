/* Bytes as UTF-8. */
#include "unit/dmarc/fixture.h"

#include "dmarc/utf8.h"

#define R "\xef\xbf\xbd"

static const struct {
	struct str in;
	const char *out; /* NULL: the same view */
} rows[] = {
	{ { NULL, 0 }, "" },
	{ STR(""), NULL },
	{ STR("plain"), NULL },
	{ STR("\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7"), NULL },
	{ STR("\xef\xbf\xbd"), NULL },
	{ STR("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"), NULL },
	/* Latin 1, and what breaks off. */
	{ STR("M\xfcller"), "M" R "ller" },
	{ STR("\xc3"), R },
	{ STR("a\xe2\x82"), "a" R R },
	{ STR("\xf0\x9f\x93"), R R R },
	{ STR("\xc3("), R "(" },
	{ STR("\x80\xbf"), R R },
	{ STR("a\0b\0"), "a" R "b" R },
	/* Longer than need be, surrogates, beyond Unicode. */
	{ STR("\xc0\x80"), R R },
	{ STR("\xc1\xbf"), R R },
	{ STR("\xe0\x80\x80"), R R R },
	{ STR("\xe0\x9f\xbf"), R R R },
	{ STR("\xf0\x8f\xbf\xbf"), R R R R },
	{ STR("\xed\xa0\x80"), R R R },
	{ STR("\xf4\x90\x80\x80"), R R R R },
	{ STR("\xf5\x80\x80\x80"), R R R R },
	{ STR("\xff\xfe"), R R },
	{ STR("\xe2\x28\xa1"), R "(" R },
	{ STR("\xe2\x82\x28"), R R "(" },
};

static void
texts(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str got = utf8_make(arena, rows[i].in);

		assert_non_null(got.p);
		if (rows[i].out == NULL)
			assert_ptr_equal(got.p, rows[i].in.p);
		assert_str(got, rows[i].out != NULL ? rows[i].out :
			rows[i].in.p);
	}
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	struct arena *arena = arena_new(1);

	(void)state;
	assert_null(utf8_make(arena, STR("\xff")).p);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
