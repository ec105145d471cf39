/* Which record is it, and where do include and redirect lead? */
#include "unit/spf/fixture.h"

static const struct {
	enum dns_status status;
	const char *texts[3];
	enum auth_result result;
	const char *reason;
} answers[] = {
	{ DNS_FOUND, { "v=spf1 -all" }, AUTH_PASS, NULL },
	{ DNS_FOUND, { "x", "v=spf1 -all", "v=spf10" }, AUTH_PASS, NULL },
	{ DNS_FOUND, { "v=spf1 -all", "V=SPF1" }, AUTH_PERMERROR,
		"more than one SPF record" },
	{ DNS_FOUND, { "v=spf1 -all", "v=spf1 -all" }, AUTH_PERMERROR,
		"more than one SPF record" },
	{ DNS_FOUND, { "hello" }, AUTH_NONE, "no SPF record" },
	{ DNS_NODATA, { NULL }, AUTH_NONE, "no SPF record" },
	{ DNS_NXDOMAIN, { NULL }, AUTH_NONE, "no SPF record" },
	{ DNS_BADNAME, { NULL }, AUTH_NONE, "no SPF record" },
	{ DNS_FAILURE, { "v=spf1 -all" }, AUTH_TEMPERROR, NULL },
	{ DNS_TIMEOUT, { NULL }, AUTH_TEMPERROR, NULL },
};

static void
selects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct dns_record records[3];
		struct dns_answer answer = { .status = answers[i].status,
			.records = records };
		const char *reason = NULL;
		struct str record = { NULL, 0 };

		for (size_t j = 0; j < 3 && answers[i].texts[j]; j++)
			records[answer.count++] = (struct dns_record){
				.data = str_of(answers[i].texts[j]) };
		assert_row(i, spf_select(&answer, &record, &reason) ==
			answers[i].result);
		assert_row(i, answers[i].result != AUTH_PASS ||
			str_iends(record, STR("-all")));
		assert_row(i, (reason == NULL) ==
			(answers[i].result == AUTH_PASS));
		if (answers[i].reason != NULL)
			assert_string_equal(reason, answers[i].reason);
	}
}

#define ZONE TXT("ok.test", "v=spf1 ip4:192.0.2.0/24 exp=e.ok.test") \
	TXT("two.test", "v=spf1 -all") TXT("two.test", "v=spf1 +all") \
	TXT("bad.test", "v=spf1 foo") A("none.test", "192.0.2.1") \
	FAULT("lost.test")

static const struct {
	const char *term;
	enum auth_result result; /* of the evaluation, when it is stopped */
	const char *reason;	 /* NULL: it goes on */
} terms[] = {
	{ "include:ok.test", AUTH_NONE, NULL },
	{ "redirect=ok.test", AUTH_NONE, NULL },
	{ "include:two.test", AUTH_PERMERROR,
		"two.test: more than one SPF record" },
	{ "include:none.test", AUTH_PERMERROR, "none.test: no SPF record" },
	{ "redirect=absent.test", AUTH_PERMERROR,
		"absent.test: no SPF record" },
	{ "include:bad.test", AUTH_PERMERROR,
		"bad.test: unknown mechanism: foo" },
	{ "include:lost.test", AUTH_TEMPERROR, "lost.test: FAILURE" },
	/* A single label is none without a question. */
	{ "redirect=%{d1}", AUTH_PERMERROR, "test: no SPF record" },
};

static void
follows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(terms); i++) {
		struct policy policy = { .domain = STR("d.test") };
		struct place place = { .kind = PLACE_TERM, .policy = &policy };
		struct spf_eval eval;
		struct fixture f;
		struct str record;
		bool redirect = str_istarts(str_of(terms[i].term), STR("r"));

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, "192.0.2.1");
		eval.deciding = &policy;
		place.term = term_of(terms[i].term);
		assert_row(i, spf_place_follow(&eval, place, &record) ==
			(terms[i].reason == NULL));
		assert_row(i, eval.terms == 1);
		if (terms[i].reason != NULL) {
			assert_row(i, eval.result == terms[i].result);
			assert_str(eval.reason, terms[i].reason);
		} else {
			/* Whose explanation counts (section 6.2)? */
			assert_row(i, redirect ==
				(eval.deciding->exp.n > 0));
		}
		fixture_close(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),
		cmocka_unit_test(follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
