#include "unit/base/check.h"

#include <limits.h>

#define NOTHING ((struct str){ NULL, 0 })

static const struct {
	struct str a, b;
	bool eq, ieq, starts, ends; /* a starts or ends with b, case ignored */
} pairs[] = {
	{ STR(""), STR(""), true, true, true, true },
	{ { NULL, 0 }, STR(""), true, true, true, true },
	{ { NULL, 0 }, { NULL, 0 }, true, true, true, true },
	{ { NULL, 0 }, STR("a"), false, false, false, false },
	{ STR("a"), { NULL, 0 }, false, false, true, true },
	{ STR("abc"), STR("abc"), true, true, true, true },
	{ STR("ABC"), STR("abc"), false, true, true, true },
	{ STR("abc"), STR("ab"), false, false, true, false },
	{ STR("abc"), STR("BC"), false, false, false, true },
	{ STR("abc"), STR("abcd"), false, false, false, false },
	{ STR("a\0b"), STR("a\0b"), true, true, true, true },
	{ STR("a\0b"), STR("a\0c"), false, false, false, false },
	{ STR("a\0b"), STR("a"), false, false, true, false },
	{ STR("@["), STR("`{"), false, false, false, false },
	{ STR("Z"), STR("z"), false, true, true, true },
	{ STR("\xc4"), STR("\xe4"), false, false, false, false },
	{ STR("K"), STR("\xe2\x84\xaa"), false, false, false, false },
};

static void
comparisons(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct str a = pairs[i].a, b = pairs[i].b;

		assert_row(i, str_eq(a, b) == pairs[i].eq);
		assert_row(i, str_eq(b, a) == pairs[i].eq);
		assert_row(i, str_ieq(a, b) == pairs[i].ieq);
		assert_row(i, str_ieq(b, a) == pairs[i].ieq);
		assert_row(i, str_istarts(a, b) == pairs[i].starts);
		assert_row(i, str_iends(a, b) == pairs[i].ends);
	}
}

static void
parts(void **state)
{
	struct str s = STR("abc");

	(void)state;
	assert_str(str_from(s, 0), "abc");
	assert_str(str_from(s, 2), "c");
	assert_str(str_from(s, 3), "");
	assert_null(str_from(NOTHING, 0).p);
	assert_null(str_from(NOTHING, 3).p);
	assert_str(str_from(s, SIZE_MAX), "");
	assert_ptr_equal(str_from(s, SIZE_MAX).p, s.p + 3);
	assert_str(str_first(s, 0), "");
	assert_str(str_first(s, 2), "ab");
	assert_str(str_first(s, SIZE_MAX), "abc");
	assert_int_equal(str_from(NOTHING, 1).n, 0);
	assert_int_equal(str_first(NOTHING, 1).n, 0);
	assert_int_equal(str_of(NULL).n, 0);
	assert_int_equal(str_of("").n, 0);
}

static void
index_of(void **state)
{
	struct str s = STR("a\0ba");

	(void)state;
	assert_int_equal(str_index(s, 'a'), 0);
	assert_int_equal(str_index(s, 'b'), 2);
	assert_int_equal(str_index(s, '\0'), 1);
	assert_int_equal(str_index(s, 'c'), 4);
	assert_int_equal(str_index(str_first(s, 2), 'b'), 2);
	assert_int_equal(str_index(NOTHING, 'a'), 0);
}

static const struct {
	struct str text;
	struct str trimmed;
} trims[] = {
	{ STR(""), STR("") },
	{ { NULL, 0 }, STR("") },
	{ STR(" \t\r\n"), STR("") },
	{ STR(" a b\t"), STR("a b") },
	{ STR("\r\n\ta\r\n"), STR("a") },
	{ STR("a"), STR("a") },
	{ STR("\va\f"), STR("\va\f") },
	{ STR("\0 a \0"), STR("\0 a \0") },
	{ STR("\xa0" "a"), STR("\xa0" "a") },
};

static void
trimmed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(trims); i++)
		assert_row(i, str_eq(str_trim(trims[i].text),
			trims[i].trimmed));
}

static void
cut(void **state)
{
	struct str rest = STR("a,,b,");

	(void)state;
	assert_str(str_cut(&rest, ','), "a");
	assert_str(rest, ",b,");
	assert_str(str_cut(&rest, ','), "");
	assert_str(str_cut(&rest, ','), "b");
	/* A separator at the end: one more part, empty but not absent. */
	assert_non_null(rest.p);
	assert_str(str_cut(&rest, ','), "");
	assert_null(rest.p);
	assert_int_equal(rest.n, 0);
	assert_int_equal(str_cut(&rest, ',').n, 0);
	assert_null(rest.p);
	rest = STR("no separator");
	assert_str(str_cut(&rest, ','), "no separator");
	assert_null(rest.p);
}

#define MAX_TEXT "18446744073709551615"

static const struct {
	struct str text;
	unsigned long max;
	bool ok;
	unsigned long value;
} numbers[] = {
	{ STR("0"), 0, true, 0 },
	{ STR("1"), 0, false, 0 },
	{ STR("000"), 0, true, 0 },
	{ STR("007"), 7, true, 7 },
	{ STR("8"), 7, false, 0 },
	{ STR("32"), 32, true, 32 },
	{ STR("33"), 32, false, 0 },
	{ STR("128"), 128, true, 128 },
	{ STR("129"), 128, false, 0 },
	{ STR("320"), 32, false, 0 },
	{ STR(MAX_TEXT), ULONG_MAX, true, ULONG_MAX },
	{ STR("18446744073709551616"), ULONG_MAX, false, 0 },
	{ STR(MAX_TEXT "0"), ULONG_MAX, false, 0 },
	{ STR("99999999999999999999999999"), ULONG_MAX, false, 0 },
	{ STR(MAX_TEXT), ULONG_MAX - 1, false, 0 },
	{ STR("00000000000000000000000000009"), 9, true, 9 },
	{ STR(""), 9, false, 0 },
	{ { NULL, 0 }, 9, false, 0 },
	{ STR("-1"), ULONG_MAX, false, 0 },
	{ STR("+1"), 9, false, 0 },
	{ STR(" 1"), 9, false, 0 },
	{ STR("1 "), 9, false, 0 },
	{ STR("1\0"), 9, false, 0 },
	{ STR("0x1"), 9, false, 0 },
	{ STR("1e1"), 99, false, 0 },
	{ STR("\xd9\xa1"), 9, false, 0 },
	{ STR("/"), ULONG_MAX, false, 0 },
	{ STR(":"), ULONG_MAX, false, 0 },
};

static void
to_ulong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		unsigned long v = 4711;
		bool ok = str_to_ulong(numbers[i].text, numbers[i].max, &v);

		assert_row(i, ok == numbers[i].ok);
		assert_row(i, v == (ok ? numbers[i].value : 4711));
	}
}

static void
classes(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		bool upper = i >= 'A' && i <= 'Z';
		bool lower = i >= 'a' && i <= 'z';

		assert_row(i, is_digit(c) == (i >= '0' && i <= '9'));
		assert_row(i, is_alpha(c) == (upper || lower));
		assert_row(i, is_space(c) == (i == ' ' || i == '\t' ||
			i == '\r' || i == '\n'));
		assert_row(i, to_lower(c) == (upper ? (char)(i | 32) : c));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons),
		cmocka_unit_test(parts),
		cmocka_unit_test(index_of),
		cmocka_unit_test(trimmed),
		cmocka_unit_test(cut),
		cmocka_unit_test(to_ulong),
		cmocka_unit_test(classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
