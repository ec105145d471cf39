#include "dkim/length.h"
#include "unit/dkim/support.h"

static void
test_table(void **state)
{
	static const struct {
		struct str body;
		uint64_t simple, relaxed;
	} rows[] = {
		{ STR(""), 2, 0 },
		{ STR("\r\n\r\n"), 2, 0 },
		{ STR(" \r\n"), 3, 0 },
		{ STR("a\r\n"), 3, 3 },
		{ STR("a"), 3, 3 },
		{ STR("a\r\n\r\n\r\n"), 3, 3 },
		{ STR("a\r\n\r\nb\r\n"), 8, 8 },
		{ STR("a \t b  \r\n \r\n"), 12, 5 },
		{ STR(" a\r\n"), 4, 4 },
		{ STR("a\rb\r\n"), 5, 5 },
		{ STR("a\nb\r\n"), 5, 5 },
		{ STR("a\0b\r\n"), 5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 5; piece++) {
			struct body_length length = { 0 };
			struct str rest = rows[i].body;

			for (; rest.n > 0; rest = str_from(rest, piece))
				body_length_add(
					&length, str_first(rest, piece));
			assert_int_equal(rows[i].simple,
				body_length_end(&length, false));
			assert_int_equal(rows[i].relaxed,
				body_length_end(&length, true));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
