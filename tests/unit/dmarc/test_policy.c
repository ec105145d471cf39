/* The result and the policy asked for. */
#include "unit/dmarc/fixture.h"

#include "dmarc/policy.h"

#define TREE REC("example.com", "p=reject; sp=quarantine; np=none") \
	"www.example.com. A 192.0.2.1\n" "deep.er.example.com. A 192.0.2.1\n"

struct row {
	const char *zone;
	const char *author;
	const char *passing; /* d= of a passing signature; or NULL */
	const char *wanted; /* "result policy-domain policy [override]" */
};

static const struct row rows[] = {
	/* No policy. */
	{ "x. A 192.0.2.1\n", "x.com", NULL, "none - none" },
	{ "x. A 192.0.2.1\n", "x.com", "x.com", "none - none" },
	{ REC("x.com", ""), "x.com", "x.com", "none x.com none" },
	{ REC("x.com", "p=x") REC("com", "p=reject"), "x.com", NULL,
		"none x.com none" },
	{ REC("x.com", "p=reject; np=x"), "x.com", NULL, "none x.com none" },
	{ REC("x.com", "p=reject") REC("x.com", "p=reject"), "x.com", NULL,
		"none - none" },
	/* ...but a policy of none, with an address for reports. */
	{ REC("x.com", "p=x; rua=mailto:a@x.com"), "x.com", NULL,
		"fail x.com none" },
	{ REC("x.com", "p=reject; sp=x; rua=mailto:a@x.com"), "x.com", NULL,
		"fail x.com none" },
	/* Its own record: p. */
	{ REC("x.com", "p=none; sp=reject; np=reject"), "x.com", NULL,
		"fail x.com none" },
	{ REC("x.com", "p=quarantine; sp=reject"), "x.com", NULL,
		"fail x.com quarantine" },
	{ REC("x.com", "p=reject; sp=none"), "x.com", NULL,
		"fail x.com reject" },
	{ TREE REC("www.example.com", "p=none; sp=reject"),
		"www.example.com", NULL, "fail www.example.com none" },
	/* Inherited: sp for what exists, np for what does not. */
	{ TREE, "www.example.com", NULL, "fail example.com quarantine" },
	{ TREE, "er.example.com", NULL, "fail example.com quarantine" },
	{ TREE, "nowhere.example.com", NULL, "fail example.com none" },
	{ TREE, "a.b.c.d.e.f.g.h.example.com", NULL,
		"fail example.com none" },
	/* A name with nothing but a TXT record exists. */
	{ TREE "txt.example.com. TXT \"x\"\n", "txt.example.com", NULL,
		"fail example.com quarantine" },
	{ TREE "*.example.com. MX 0 .\n", "any.example.com", NULL,
		"fail example.com quarantine" },
	/* The fallbacks np, sp, p. */
	{ REC("example.com", "p=reject; sp=quarantine"), "a.example.com",
		NULL, "fail example.com quarantine" },
	{ REC("example.com", "p=reject"), "a.example.com", NULL,
		"fail example.com reject" },
	{ REC("example.com", "p=none; np=reject"), "a.example.com", NULL,
		"fail example.com reject" },
	{ REC("example.com", "p=none; np=reject") "a.example.com. A 1.2.3.4\n",
		"a.example.com", NULL, "fail example.com none" },
	/* Of a public suffix. */
	{ REC("com", "p=none; np=reject; psd=y"), "x.com", NULL,
		"fail com reject" },
	{ REC("com", "p=none; np=reject; psd=y") "x.com. MX 0 .\n", "x.com",
		NULL, "fail com none" },
	{ REC("com", "p=none; np=reject; psd=y"), "x.com", "x.com",
		"pass com none" },
	{ REC("com", "p=none; np=reject; psd=y") REC("x.com", "p=none"),
		"a.x.com", NULL, "fail x.com none" },
	/* t=y. */
	{ REC("x.com", "p=reject; t=y"), "x.com", NULL,
		"fail x.com quarantine [policy_test_mode]" },
	{ REC("x.com", "p=quarantine; t=y"), "x.com", NULL,
		"fail x.com none [policy_test_mode]" },
	{ REC("x.com", "p=none; t=y"), "x.com", NULL, "fail x.com none" },
	{ REC("x.com", "p=reject; sp=quarantine; t=y"), "a.x.com", NULL,
		"fail x.com none [policy_test_mode]" },
	{ REC("x.com", "p=reject; t=y"), "x.com", "x.com",
		"pass x.com reject" },
	/* Aligned or not. */
	{ REC("x.com", "p=reject"), "x.com", "x.com", "pass x.com reject" },
	{ REC("x.com", "p=reject"), "x.com", "a.x.com", "pass x.com reject" },
	{ REC("x.com", "p=reject; adkim=s"), "x.com", "a.x.com",
		"fail x.com reject" },
	{ REC("x.com", "p=reject"), "x.com", "attacker.com",
		"fail x.com reject" },
	{ REC("x.com", "p=reject"), "x.com", "com", "fail x.com reject" },
	{ TREE, "nowhere.example.com", "example.com",
		"pass example.com quarantine" },
	/* Temporary errors: no policy is applied. */
	{ FAULT("_dmarc.x.com", "SERVFAIL"), "x.com", "x.com",
		"temperror - none" },
	{ FAULT("_dmarc.com", "SERVFAIL"), "x.com", "x.com",
		"temperror - none" },
	{ FAULT("_dmarc.com", "TIMEOUT") REC("x.com", "p=reject"), "x.com",
		"x.com", "pass x.com reject" },
	{ FAULT("_dmarc.com", "TIMEOUT") REC("x.com", "p=reject"), "x.com",
		"a.x.com", "temperror x.com none" },
	{ FAULT("_dmarc.com", "TIMEOUT") REC("x.com", "p=reject"), "x.com",
		"attacker.net", "fail x.com reject" },
	{ FAULT("_dmarc.com", "TIMEOUT") REC("x.com", "p=reject"), "x.com",
		NULL, "fail x.com reject" },
	{ TREE FAULT("lost.example.com", "SERVFAIL"), "lost.example.com",
		NULL, "temperror example.com none" },
	{ TREE FAULT("lost.example.com", "SERVFAIL"), "lost.example.com",
		"example.com", "pass example.com quarantine" },
	/* The name is not asked for where the answer cannot matter. */
	{ REC("example.com", "p=reject") FAULT("lost.example.com", "TIMEOUT"),
		"lost.example.com", NULL, "fail example.com reject" },
};

static void
check_row(const struct row *row)
{
	struct dkim_result sig = { .result = AUTH_PASS,
		.domain = str_of(row->passing) };
	struct results results = { .spf.known = true, .dkim = { .known = true,
		.sigs = &sig, .count = row->passing != NULL } };
	const struct dmarc_results *dmarc = &results.dmarc;
	const struct dmarc_record *record;
	struct fixture f;
	struct strbuf sb;
	struct walk *walk;

	fixture_open(&f, row->zone);
	sb = sb_new(f.scope.arena);
	assert_int_equal(walk_start(&f.scope, NULL, str_of(row->author),
		&walk), 0);
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_true(dmarc->known);
	assert_str(dmarc->author_domain, row->author);
	assert_int_equal(record != NULL, dmarc->policy_domain.n > 0);
	assert_int_equal(dmarc->has_policy,
		record != NULL && record->applies);
	assert_int_equal(dmarc->dkim_aligned, dmarc->result == AUTH_PASS);
	assert_int_equal(dmarc->applied, DMARC_POLICY_NONE);
	sb_addf(&sb, "%s ", auth_result_text(dmarc->result));
	sb_add(&sb, dmarc->policy_domain.n > 0 ? dmarc->policy_domain :
		STR("-"));
	sb_addf(&sb, " %s", dmarc_policy_text(dmarc->policy));
	add_reasons(&sb, dmarc);
	if (!str_eq(sb_done(&sb), str_of(row->wanted)))
		fail_msg("%s, pass for %s: %s, not %s", row->author,
			row->passing, sb.p, row->wanted);
	fixture_close(&f);
}

static void
policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void
reasons(void **state)
{
	struct results results = { .spf.known = false };
	const struct dmarc_record *record;
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, REC("x.com", "p=reject"));
	assert_int_equal(walk_start(&f.scope, NULL, STR("x.com"), &walk), 0);
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_int_equal(results.dmarc.result, AUTH_FAIL);
	assert_str(results.dmarc.reason,
		"neither SPF nor DKIM results were delivered");
	results.spf.known = true;
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_str(results.dmarc.reason,
		"no aligned pass; no DKIM result was delivered");
	results.dkim.known = true;
	results.spf.known = false;
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_str(results.dmarc.reason,
		"no aligned pass; no SPF result was delivered");
	fixture_close(&f);
}

/* A temporary error of SPF itself, where it could have been an aligned pass. */
static void
temporary_results(void **state)
{
	struct results results = { .spf = { .known = true,
		.mail_from = AUTH_TEMPERROR,
		.mail_from_domain = STR("x.com") }, .dkim.known = true };
	const struct dmarc_record *record;
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, REC("x.com", "p=reject"));
	assert_int_equal(walk_start(&f.scope, NULL, STR("x.com"), &walk), 0);
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_int_equal(results.dmarc.result, AUTH_TEMPERROR);
	assert_int_equal(results.dmarc.policy, DMARC_POLICY_NONE);
	results.spf.mail_from_domain = STR("attacker.com");
	assert_int_equal(policy_evaluate(walk, &results, &record), 0);
	assert_int_equal(results.dmarc.result, AUTH_FAIL);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(reasons),
		cmocka_unit_test(temporary_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
