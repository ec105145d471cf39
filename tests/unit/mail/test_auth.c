#include "unit/base/check.h"

#include "mail/auth.h"

static const char *const words[] = { "none", "pass", "fail", "softfail",
	"neutral", "policy", "temperror", "permerror" };

static void
results(void **state)
{
	static const struct str bad[] = { STR(""), { NULL, 0 }, STR("hardfail"),
		STR("pas"), STR("passs"), STR("pass "), STR(" pass"),
		STR("pass\0"), STR("p\0ss"), STR("0"), STR("unknown") };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		enum auth_result r = AUTH_PERMERROR;
		char upper[16];

		assert_string_equal(words[i],
			auth_result_text((enum auth_result)i));
		assert_row(i, auth_result_parse(str_of(words[i]), &r));
		assert_row(i, r == (enum auth_result)i);
		snprintf(upper, sizeof(upper), "%s", words[i]);
		upper[0] -= 32;
		upper[strlen(upper) - 1] -= 32;
		r = AUTH_NEUTRAL;
		assert_row(i, auth_result_parse(str_of(upper), &r));
		assert_row(i, r == (enum auth_result)i);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		enum auth_result r = AUTH_POLICY;

		assert_row(i, !auth_result_parse(bad[i], &r));
		assert_row(i, r == AUTH_POLICY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
