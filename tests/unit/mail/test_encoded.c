#include "unit/base/check.h"

#include "mail/encoded.h"

static const struct {
	const char *value, *text, *words;
} rows[] = {
	{ "", "", "" },
	{ "plain <a@b>", "plain <a@b>", "" },
	{ "=?utf-8?q?a=40b_c?=", "a@b c", "a@b c" },
	{ "=?UTF-8?Q?a=4A=4a?= x", "aJJ x", "aJJ" },
	{ "=?utf-8*en?q?a?=", "a", "a" },
	{ "=?utf-8?b?YUBi?=", "a@b", "a@b" },
	{ "=?utf-8?B?YUBiYw==?=", "a@bc", "a@bc" },
	{ "=?utf-8?B?YU Bi\n Yw?=", "a@bc", "a@bc" },
	{ "=?utf-8?B?/+8?=", "\xff\xef", "\xff\xef" },
	/* Space between two of them goes, other space stays. */
	{ "x =?u?q?a?= =?u?q?b?= y", "x ab y", "ab" },
	{ "=?u?q?a?=\n =?u?q?b?=", "ab", "ab" },
	{ "=?u?q?a?==?u?q?b?=", "ab", "ab" },
	{ "=?u?q?a?= x =?u?q?b?=", "a x b", "ab" },
	{ "=?u?q?a?= ", "a", "a" },
	{ "(=?u?q?a?=)\"=?u?q?b?=\"", "(a)\"b\"", "ab" },
	/* Nearly. */
	{ "=?u?q?a=?=", "a=", "a=" },
	{ "=?u?q?=4?=", "=4", "=4" },
	{ "=?u?q?=zz?=", "=zz", "=zz" },
	{ "=?u?q?" "?=", "", "" },
	{ "=?u?q?a", "=?u?q?a", "" },
	{ "=?u?q?a?", "=?u?q?a?", "" },
	{ "=?u?x?a?=", "=?u?x?a?=", "" },
	{ "=?u?qq?a?=", "=?u?qq?a?=", "" },
	{ "=??q?a?=", "=??q?a?=", "" },
	{ "=?u?=?u?q?a?=", "=?u?a", "a" },
	{ "=?", "=?", "" },
	{ "==?u?q?a?=", "=a", "a" },
	/* ASCII where it does not look so. */
	{ "=?UTF-7?q?a+AEA-b?=", "a@b", "a@b" },
	{ "=?utf-7*en?q?+AEAAPg_b?=", "@> b", "@> b" },
	{ "=?unicode-1-1-utf-7?b?K0FEdy0=?=", "<", "<" },
	{ "=?csUnicode11UTF7?q?+ADwAYQ?=", "<a", "<a" },
	{ "=?utf-7?q?1+-1+--+?=", "1+1+-", "1+1+-" },
	{ "=?utf-7?q?+AOk-+IKw-+/wA-?=", "\xc3\xa9\xe2\x82\xac\xef\xbc\x80",
		"\xc3\xa9\xe2\x82\xac\xef\xbc\x80" },
	{ "=?utf-8?q?+AEA-?=", "+AEA-", "+AEA-" },
	/* ...and what looks like it. */
	{ "=?ISO-2022-JP?q?a=1B$B>.@n=1B(B@b?=",
		"a\xff\xff\xff\xff\x1b(B@b",
		"a\xff\xff\xff\xff\x1b(B@b" },
	{ "=?iso-2022-jp-2?q?=1B$@@=0A=1B<@b?=", "\xff\n\x1b<@b",
		"\xff\n\x1b<@b" },
	{ "=?iso-2022-jp?q?=1B$A<=1B$(D<=0E<=1B$?=",
		"\x1b$A<\x1b$(D<\x0e<\x1b$", "\x1b$A<\x1b$(D<\x0e<\x1b$" },
	{ "=?iso-2022-jp?q?=1B$b<?=", "\x1b$b<", "\x1b$b<" },
	{ "=?iso-2022-kr?q?=1B$B<=0E<?=", "\x1b$B<\x0e<",
		"\x1b$B<\x0e<" },
	{ "=?utf-8?q?=1B$B@n?=", "\x1b$B@n", "\x1b$B@n" },
};

static void
words(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct decoded got;

		assert_row(i, encoded_decode(arena, str_of(rows[i].value),
			&got) == 0);
		assert_row(i, str_eq(got.text, str_of(rows[i].text)));
		assert_row(i, str_eq(got.words, str_of(rows[i].words)));
	}
	arena_free(arena);
}

static void
any_byte(void **state)
{
	struct arena *arena = arena_new(0);
	struct decoded got;

	(void)state;
	assert_int_equal(encoded_decode(arena, STR("\0=?u?q?=00=0a\0?="),
		&got), 0);
	assert_true(str_eq(got.text, STR("\0\0\n\0")));
	assert_true(str_eq(got.words, STR("\0\n\0")));
	assert_int_equal(encoded_decode(arena, STR("=?utf-16?b?AEA=?="
		"=?utf-7?q?+AAAACg-?="), &got), 0);
	assert_true(str_eq(got.words, STR("\0@\0\n")));
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	struct decoded got;
	int err = ERR_NOMEM;

	(void)state;
	for (size_t limit = 1; err == ERR_NOMEM; limit += 16) {
		struct arena *arena = arena_new(limit);

		err = encoded_decode(arena, STR("x =?utf-7?q?a?="), &got);
		arena_free(arena);
	}
	assert_int_equal(err, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(any_byte),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
