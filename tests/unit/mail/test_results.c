#include "unit/base/check.h"

#include "mail/results.h"

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

static void
policies(void **state)
{
	static const char *const names[] = { "none", "quarantine", "reject" };
	enum dmarc_policy p;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		p = DMARC_POLICY_NONE;
		assert_string_equal(names[i],
			dmarc_policy_text((enum dmarc_policy)i));
		assert_row(i, dmarc_policy_parse(str_of(names[i]), &p));
		assert_row(i, p == (enum dmarc_policy)i);
	}
	assert_true(dmarc_policy_parse(STR("REJECT"), &p));
	assert_int_equal(p, DMARC_POLICY_REJECT);
	assert_false(dmarc_policy_parse(STR("rejects"), &p));
	assert_false(dmarc_policy_parse(STR(""), &p));
	assert_int_equal(p, DMARC_POLICY_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
