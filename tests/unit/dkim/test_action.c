#include "dkim/action.h"
#include "unit/dkim/support.h"

static void
test_result(void **state)
{
	enum { T = 100 }; /* by a key under test */
	static const struct {
		int sigs[3];
		size_t count;
		enum auth_result result;
	} rows[] = {
		{ { 0 }, 0, AUTH_NONE },
		{ { AUTH_PASS }, 1, AUTH_PASS },
		{ { AUTH_FAIL, AUTH_PASS, AUTH_TEMPERROR }, 3, AUTH_PASS },
		{ { AUTH_FAIL, AUTH_TEMPERROR, AUTH_POLICY }, 3,
			AUTH_TEMPERROR },
		{ { AUTH_PERMERROR, AUTH_POLICY, AUTH_FAIL }, 3, AUTH_POLICY },
		{ { AUTH_PERMERROR, AUTH_FAIL, AUTH_NEUTRAL }, 3, AUTH_FAIL },
		{ { AUTH_NEUTRAL, AUTH_PERMERROR }, 2, AUTH_PERMERROR },
		{ { AUTH_NEUTRAL }, 1, AUTH_NONE },
		{ { AUTH_PASS + T }, 1, AUTH_PASS },
		{ { AUTH_FAIL + T }, 1, AUTH_NONE },
		{ { AUTH_FAIL + T, AUTH_PERMERROR }, 2, AUTH_PERMERROR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dkim_result sigs[3] = { 0 };
		struct dkim_results results = { true, sigs, rows[i].count,
			{ NULL, 0 } };

		for (size_t n = 0; n < rows[i].count; n++) {
			sigs[n].result =
				(enum auth_result)(rows[i].sigs[n] % T);
			sigs[n].test = rows[i].sigs[n] >= T;
		}
		if (action_result(&results) != rows[i].result)
			fail_msg("row %zu", i);
	}
}

static void
test_actions(void **state)
{
	static const struct dkim_conf conf = {
		.on_none = DKIM_REJECT,
		.on_fail = DKIM_DEFER,
		.on_policy = DKIM_REJECT,
		.on_permerror = DKIM_ACCEPT,
		.on_temperror = DKIM_DEFER,
	};
	static const struct {
		enum auth_result result;
		enum dkim_action action;
		const char *code, *enhanced;
	} rows[] = {
		{ AUTH_NONE, DKIM_REJECT, "550", "5.7.20" },
		{ AUTH_FAIL, DKIM_DEFER, "451", "4.7.20" },
		{ AUTH_POLICY, DKIM_REJECT, "550", "5.7.21" },
		{ AUTH_PERMERROR, DKIM_ACCEPT, NULL, NULL },
		{ AUTH_TEMPERROR, DKIM_DEFER, "451", "4.7.5" },
		{ AUTH_PASS, DKIM_ACCEPT, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply reply = { NULL, NULL, NULL };

		assert_int_equal(rows[i].action,
			action_for(&conf, rows[i].result, &reply));
		if (rows[i].code == NULL) {
			assert_null(reply.code);
			continue;
		}
		assert_string_equal(rows[i].code, reply.code);
		assert_string_equal(rows[i].enhanced, reply.enhanced);
		assert_non_null(reply.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_actions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
