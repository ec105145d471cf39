#include "dkim/base64.h"
#include "unit/dkim/support.h"

static void
test_table(void **state)
{
	static const struct {
		struct str text;
		int result;
		struct str bytes;
	} rows[] = {
		{ STR("QQ=="), 0, STR("A") },
		{ STR("QUI="), 0, STR("AB") },
		{ STR("QUJD"), 0, STR("ABC") },
		{ STR("QUJDRA"), 0, STR("ABCD") }, /* padding is missing */
		{ STR(" Q U\r\n\tJD "), 0, STR("ABC") },
		{ STR("Q Q = ="), 0, STR("A") },
		{ STR("+/+/"), 0, STR("\xfb\xff\xbf") },
		{ STR("AAAA"), 0, STR("\0\0\0") },
		{ STR(""), ERR_SYNTAX, { NULL, 0 } },
		{ STR("="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("A"), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QQ="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QQ==="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QUJD===="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QUJDR==="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QQ==QQ=="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QQ*="), ERR_SYNTAX, { NULL, 0 } },
		{ STR("QQ-_"), ERR_SYNTAX, { NULL, 0 } },
		{ STR("Q\0Q="), ERR_SYNTAX, { NULL, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct str bytes = { NULL, 0 };
		int r = base64_decode(arena, rows[i].text, &bytes);

		if (r != rows[i].result)
			print_error("%.*s: %d\n", STR_ARG(rows[i].text), r);
		assert_int_equal(rows[i].result, r);
		assert_true(str_eq(bytes, rows[i].bytes));
		arena_free(arena);
	}
}

/* What libcrypto encodes, of each length, comes back. */
static void
test_round_trip(void **state)
{
	unsigned char bytes[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)(i * 89 + 7);
	for (int n = 1; n <= 256; n++) {
		struct arena *arena = arena_new(0);
		char *text = test_base64(bytes, n);
		struct str back;

		assert_int_equal(0, base64_decode(arena, str_of(text), &back));
		assert_int_equal(n, back.n);
		assert_memory_equal(bytes, back.p, (size_t)n);
		free(text);
		arena_free(arena);
	}
}

static void
test_nomem(void **state)
{
	struct arena *arena = arena_new(8);
	struct str bytes;

	(void)state;
	assert_int_equal(ERR_NOMEM,
		base64_decode(arena, STR("QUJDQUJDQUJDQUJDQUJDQUJD"), &bytes));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
