#include "unit/base/check.h"

#include "mail/dmarc_results.h"

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

static void
reasons(void **state)
{
	static const char *const names[] = { "local_policy", "mailing_list",
		"other", "policy_test_mode", "trusted_forwarder" };
	enum dmarc_reason_type type = REASON_OTHER;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_string_equal(names[i],
			dmarc_reason_text((enum dmarc_reason_type)i));
		assert_row(i, dmarc_reason_parse(str_of(names[i]), &type));
		assert_row(i, type == (enum dmarc_reason_type)i);
	}
	assert_true(dmarc_reason_parse(STR("Mailing_List"), &type));
	assert_false(dmarc_reason_parse(STR("forwarded"), &type));
	assert_false(dmarc_reason_parse(STR(""), &type));
	assert_int_equal(type, REASON_MAILING_LIST);
}

static void
more_reasons_than_room(void **state)
{
	struct dmarc_results dmarc = { .known = true };

	(void)state;
	for (int i = 0; i < DMARC_REASONS_MAX + 3; i++)
		dmarc_reason_add(&dmarc, REASON_OTHER, STR("x"));
	assert_int_equal(dmarc.reason_count, DMARC_REASONS_MAX);
	assert_false(dmarc.spf_aligned);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(reasons),
		cmocka_unit_test(more_reasons_than_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
