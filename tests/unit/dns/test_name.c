#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "dns/name.h"

#define TEN "abcdefghij"
#define LABEL63 TEN TEN TEN TEN TEN TEN "abc"

static const struct {
	struct str text;
	const char *name; /* NULL: ERR_SYNTAX */
} normalised[] = {
	{ STR("example.com"), "example.com" },
	{ STR("EXAMPLE.Com."), "example.com" },
	{ STR("com"), "com" },
	{ STR("_dmarc.example.com"), "_dmarc.example.com" },
	{ STR("r3---sn-ab.example"), "r3---sn-ab.example" },
	{ STR("-a-.example"), "-a-.example" },
	{ STR("b\xc3\xbc" "cher.example"), "xn--bcher-kva.example" },
	{ STR("B\xc3\x9c" "CHER.Example"), "xn--bcher-kva.example" },
	{ STR("xn--bcher-kva.EXAMPLE"), "xn--bcher-kva.example" },
	{ STR("r3---sn.b\xc3\xbc" "cher"), "r3---sn.xn--bcher-kva" },
	{ STR("a\xe3\x80\x82" "b.example"), "a.b.example" },
	{ STR(LABEL63 ".example"), LABEL63 ".example" },
	{ STR(LABEL63 "d.example"), NULL },
	{ STR(""), NULL },
	{ STR("."), NULL },
	{ STR(".example"), NULL },
	{ STR("a..example"), NULL },
	{ STR("a.example.."), NULL },
	{ STR("a b.example"), NULL },
	{ STR("a@b.example"), NULL },
	{ STR("[192.0.2.1]"), NULL },
	{ STR("a\0b.example"), NULL },
	{ STR("\xff\xfe.example"), NULL },
	{ STR("b\xc3.example"), NULL },
	{ STR("\xe3\x80\x82.example"), NULL },
};

static void
test_normalise(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(normalised) / sizeof(normalised[0]);
		i++) {
		struct str name = { NULL, 0 };
		int rc = name_normalise(arena, normalised[i].text, &name);

		if (normalised[i].name == NULL) {
			assert_int_equal(rc, ERR_SYNTAX);
			assert_null(name.p);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_string_equal(name.p, normalised[i].name);
	}
	arena_free(arena);
}

/* Of a name of count bytes, in labels of nine. */
static int
normalise_long(struct arena *arena, size_t count)
{
	struct strbuf sb = sb_new(arena);
	struct str name;

	for (size_t i = 0; i < count; i++)
		sb_addc(&sb, i % 10 == 9 ? '.' : 'a');
	return name_normalise(arena, sb_done(&sb), &name);
}

static void
test_length(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_int_equal(normalise_long(arena, 253), 0);
	assert_int_equal(normalise_long(arena, 254), ERR_SYNTAX);
	assert_int_equal(normalise_long(arena, 1000), ERR_SYNTAX);
	assert_int_equal(normalise_long(arena, 1000001), ERR_SYNTAX);
	arena_free(arena);
}

static void
test_no_memory(void **state)
{
	struct arena *arena = arena_new(16);
	struct str name;

	(void)state;
	assert_int_equal(name_normalise(arena, STR("a.example"), &name),
		ERR_NOMEM);
	assert_int_equal(name_normalise(arena, STR("\xc3\xbc.example-of-20"),
		&name), ERR_NOMEM);
	arena_free(arena);
}

static void
test_labels(void **state)
{
	struct str name = STR("a.b.example");

	(void)state;
	assert_int_equal(name_labels(name), 3);
	assert_int_equal(name_labels(STR("com")), 1);
	assert_int_equal(name_labels(STR("")), 0);
	assert_true(str_eq(name_parent(name), STR("b.example")));
	assert_true(str_eq(name_parent(STR("com")), STR("")));
	assert_true(str_eq(name_parent(STR("")), STR("")));
	assert_true(str_eq(name_last_labels(name, 0), STR("")));
	assert_true(str_eq(name_last_labels(name, 1), STR("example")));
	assert_true(str_eq(name_last_labels(name, 2), STR("b.example")));
	assert_true(str_eq(name_last_labels(name, 3), name));
	assert_true(str_eq(name_last_labels(name, 9), name));
}

static void
test_within(void **state)
{
	(void)state;
	assert_true(name_within(STR("example.com"), STR("example.com")));
	assert_true(name_within(STR("A.Example.com"), STR("exAmple.com")));
	assert_false(name_within(STR("badexample.com"), STR("example.com")));
	assert_false(name_within(STR("example.com"), STR("a.example.com")));
	assert_false(name_within(STR("com"), STR("example.com")));
	assert_false(name_within(STR("example.com"), STR("")));
	assert_false(name_within(STR(""), STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
