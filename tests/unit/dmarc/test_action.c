/* What is done, with overrides; test_session.c has the rest. */
#include "unit/dmarc/fixture.h"

#include "dmarc/action.h"

struct row {
	enum dmarc_policy policy;
	bool testing; /* that is what t=y left of it */
	enum dmarc_enforce enforce;
	bool dry_run;
	enum override_action action;
	const char *wanted; /* see describe() */
};

#define N DMARC_POLICY_NONE
#define Q DMARC_POLICY_QUARANTINE
#define R DMARC_POLICY_REJECT
#define MONITOR ENFORCE_MONITOR
#define QUARANTINE ENFORCE_QUARANTINE
#define REJECT ENFORCE_REJECT
#define WE "other: we know"
#define LIMIT "local_policy: enforce is monitor"
#define DRY "local_policy: dry run, would "

static const struct row rows[] = {
	/* Weaker. */
	{ R, false, REJECT, false, OVERRIDE_NONE, "none [" WE "]" },
	{ R, false, REJECT, false, OVERRIDE_QUARANTINE,
		"quarantine [" WE "] held" },
	{ Q, false, QUARANTINE, false, OVERRIDE_NONE, "none [" WE "]" },
	/* Stronger. */
	{ N, false, QUARANTINE, false, OVERRIDE_REJECT,
		"reject [" WE "] 550 5.7.1" },
	{ Q, false, QUARANTINE, false, OVERRIDE_REJECT,
		"reject [" WE "] 550 5.7.1" },
	{ N, false, QUARANTINE, false, OVERRIDE_QUARANTINE,
		"quarantine [" WE "] held" },
	{ Q, true, QUARANTINE, false, OVERRIDE_REJECT,
		"reject [policy_test_mode; " WE "] 550 5.7.1" },
	/* What the policy wants, which enforce would not give. */
	{ R, false, QUARANTINE, false, OVERRIDE_POLICY, "reject 550 5.7.26" },
	{ R, false, QUARANTINE, false, OVERRIDE_REJECT, "reject 550 5.7.26" },
	{ Q, false, QUARANTINE, false, OVERRIDE_POLICY, "quarantine held" },
	{ N, false, REJECT, false, OVERRIDE_POLICY, "none" },
	/* monitor and a dry run never act. */
	{ R, false, MONITOR, false, OVERRIDE_POLICY, "none [" LIMIT "]" },
	{ N, false, MONITOR, false, OVERRIDE_REJECT,
		"none [" WE "; " LIMIT "]" },
	{ R, false, MONITOR, false, OVERRIDE_NONE, "none [" WE "]" },
	{ R, false, QUARANTINE, true, OVERRIDE_POLICY,
		"none [" DRY "reject]" },
	{ N, false, QUARANTINE, true, OVERRIDE_QUARANTINE,
		"none [" WE "; " DRY "quarantine]" },
};

/* Policy applied, [reasons], edits, reply. */
static struct str
describe(const struct message *m, enum verdict verdict)
{
	struct strbuf sb = sb_new(m->arena);

	sb_addz(&sb, dmarc_policy_text(m->results.dmarc.applied));
	add_reasons(&sb, &m->results.dmarc);
	if (m->edits.count > 0)
		sb_addz(&sb, " held");
	if (verdict == VERDICT_REJECT)
		sb_addf(&sb, " %s %s", m->reply.code, m->reply.enhanced);
	return sb_done(&sb);
}

static void
overrides(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct common common = { .dry_run = rows[i].dry_run };
		struct override o = { .action = rows[i].action,
			.reason = { REASON_OTHER, STR("we know") } };
		const struct dmarc_settings s = {
			.conf = { .enforce = (int)rows[i].enforce,
				.quarantine = QUARANTINE_HOLD },
			.overrides = { &o, 1 } };
		struct message m = { .arena = arena_new(0),
			.common = &common, .results.dmarc = {
				.result = AUTH_FAIL, .has_policy = true,
				.author_domain = STR("x.com"),
				.policy_domain = STR("x.com"),
				.policy = rows[i].policy } };
		struct str got;

		if (rows[i].testing)
			dmarc_reason_add(&m.results.dmarc, REASON_TEST_MODE,
				STR(""));
		got = describe(&m, action_take(&s, &m));
		if (!str_eq(got, str_of(rows[i].wanted)))
			fail_msg("row %zu: %s, not %s", i, got.p,
				rows[i].wanted);
		arena_free(m.arena);
	}
}

/* An override is for what fails, whatever it says. */
static void
nothing_else_is_overridden(void **state)
{
	static const enum auth_result results[] = { AUTH_PASS, AUTH_NONE,
		AUTH_TEMPERROR, AUTH_PERMERROR };
	const struct common common = { .dry_run = false };
	struct override o = { .action = OVERRIDE_REJECT };
	const struct dmarc_settings s = { .conf.enforce = ENFORCE_REJECT,
		.overrides = { &o, 1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		struct message m = { .arena = arena_new(0),
			.common = &common,
			.results.dmarc.result = results[i] };

		assert_int_equal(action_take(&s, &m), VERDICT_CONTINUE);
		assert_int_equal(m.results.dmarc.applied, DMARC_POLICY_NONE);
		arena_free(m.arena);
	}
}

/* A temporary error of a message with a policy is told in its report. */
static void
a_temporary_error(void **state)
{
	const struct common common = { .dry_run = false };
	const struct dmarc_settings s = { .conf.enforce = ENFORCE_REJECT };
	struct message m = { .common = &common, .results.dmarc = {
		.result = AUTH_TEMPERROR, .has_policy = true } };

	(void)state;
	assert_int_equal(action_take(&s, &m), VERDICT_CONTINUE);
	assert_int_equal(m.results.dmarc.reason_count, 1);
	assert_int_equal(m.results.dmarc.reasons[0].type, REASON_OTHER);
}

static void
words_to_the_sender(void **state)
{
	const struct common common = { .dry_run = false };
	struct override o = { .action = OVERRIDE_REJECT };
	const struct dmarc_settings s = { .overrides = { &o, 1 },
		.conf.enforce = ENFORCE_QUARANTINE };
	struct message m = { .arena = arena_new(0), .common = &common,
		.results.dmarc = { .result = AUTH_FAIL,
			.author_domain = STR("x.com"),
			.policy_domain = STR("com"), .has_policy = true } };

	(void)state;
	assert_int_equal(action_take(&s, &m), VERDICT_REJECT);
	assert_string_equal(m.reply.text, "no SPF or DKIM pass is aligned "
		"with x.com; our own policy for it is reject");
	arena_free(m.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overrides),
		cmocka_unit_test(nothing_else_is_overridden),
		cmocka_unit_test(a_temporary_error),
		cmocka_unit_test(words_to_the_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
