#include "unit/base/check.h"

/* Every error has a phrase of its own, and an unknown one has one, too. */
static void
phrases(void **state)
{
	(void)state;
	for (int a = ERR_ABSENT - 1; a <= 1; a++) {
		assert_non_null(err_text(a));
		assert_true(strlen(err_text(a)) > 0);
		for (int b = ERR_ABSENT; b <= 0; b++)
			if (a != b)
				assert_string_not_equal(
					err_text(a), err_text(b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
