/* The filter: what it does about a message, without an MTA. */
#include "unit/dmarc/fixture.h"

#include "dmarc/conf.h"
#include "dmarc/session.h"

#define ZONE REC("x.com", "p=reject") REC("q.com", "p=quarantine") \
	REC("n.com", "p=none") REC("t.com", "p=reject; t=y") \
	FAULT("_dmarc.lost.com", "SERVFAIL")

struct step {
	const char *from; /* NULL: no From field */
	const char *passing;
	struct dmarc_conf conf;
	bool dry_run;
	const char *wanted; /* see describe() */
};

#define MONITOR .enforce = ENFORCE_MONITOR
#define QUARANTINE .enforce = ENFORCE_QUARANTINE
#define REJECT .enforce = ENFORCE_REJECT
#define HOLD .quarantine = QUARANTINE_HOLD
#define DEFER .on_temperror = TEMPERROR_DEFER
#define REFUSE .on_invalid_from = INVALID_FROM_REJECT
#define MARK .quarantine_header = "X-Spam: yes"

#define LOCAL "local_policy: "
#define DRY LOCAL "dry run, would "

static const struct step steps[] = {
	/* A pass is never touched, nor is a policy of none. */
	{ "a@x.com", "x.com", { REJECT, HOLD, MARK }, false, "pass none" },
	{ "a@n.com", NULL, { REJECT, HOLD, MARK }, false, "fail none" },
	{ "a@none.com", NULL, { REJECT, HOLD, MARK }, false, "none none" },
	/* monitor */
	{ "a@x.com", NULL, { MONITOR, HOLD, MARK }, false,
		"fail none [" LOCAL "enforce is monitor]" },
	{ "a@q.com", NULL, { MONITOR, HOLD, MARK }, false,
		"fail none [" LOCAL "enforce is monitor]" },
	{ "a@t.com", NULL, { MONITOR }, false, "fail none "
		"[policy_test_mode; " LOCAL "enforce is monitor]" },
	/* quarantine */
	{ "a@q.com", NULL, { QUARANTINE }, false, "fail quarantine" },
	{ "a@q.com", NULL, { QUARANTINE, MARK }, false,
		"fail quarantine +X-Spam" },
	{ "a@q.com", NULL, { QUARANTINE, HOLD }, false,
		"fail quarantine held" },
	{ "a@q.com", NULL, { QUARANTINE, HOLD, MARK }, false,
		"fail quarantine +X-Spam held" },
	{ "a@x.com", NULL, { QUARANTINE, HOLD }, false,
		"fail quarantine [" LOCAL "enforce is quarantine] held" },
	{ "a@t.com", NULL, { QUARANTINE, HOLD }, false,
		"fail quarantine [policy_test_mode] held" },
	/* reject */
	{ "a@x.com", NULL, { REJECT, HOLD, MARK }, false,
		"fail reject 550 5.7.26" },
	{ "a@q.com", NULL, { REJECT, MARK }, false,
		"fail quarantine +X-Spam" },
	{ "a@t.com", NULL, { REJECT }, false,
		"fail quarantine [policy_test_mode]" },
	{ "a@x.com", "attacker.com", { REJECT }, false,
		"fail reject 550 5.7.26" },
	/* dry-run: the words only. */
	{ "a@x.com", NULL, { REJECT, HOLD, MARK }, true,
		"fail none [" DRY "reject]" },
	{ "a@q.com", NULL, { REJECT, HOLD, MARK }, true,
		"fail none [" DRY "quarantine]" },
	{ "a@x.com", NULL, { QUARANTINE, HOLD }, true, "fail none ["
		LOCAL "enforce is quarantine; " DRY "quarantine]" },
	{ "a@x.com", NULL, { MONITOR }, true,
		"fail none [" LOCAL "enforce is monitor]" },
	{ "a@lost.com", NULL, { REJECT, DEFER }, true,
		"temperror none [" DRY "defer]" },
	{ "root", NULL, { REJECT, REFUSE }, true,
		"permerror none [" DRY "reject]" },
	/* A temporary error. */
	{ "a@lost.com", "lost.com", { REJECT }, false, "temperror none" },
	{ "a@lost.com", "lost.com", { REJECT, DEFER }, false,
		"temperror none 451 4.7.0" },
	{ "a@lost.com", NULL, { MONITOR, DEFER }, false,
		"temperror none 451 4.7.0" },
	/* No single author domain. */
	{ NULL, "x.com", { REJECT }, false, "permerror none" },
	{ "root", "x.com", { REJECT }, false, "permerror none" },
	{ "a@x.com, b@q.com", "x.com", { REJECT }, false, "permerror none" },
	{ "a@x.com, b@q.com", "x.com", { REJECT, REFUSE }, false,
		"permerror none 550 5.7.1" },
	{ NULL, "x.com", { MONITOR, REFUSE }, false,
		"permerror none 550 5.7.1" },
};

/* Result, policy applied, [override], edits, reply. */
static struct str
describe(const struct message *m, enum verdict verdict)
{
	const struct dmarc_results *dmarc = &m->results.dmarc;
	struct strbuf sb = sb_new(m->arena);

	sb_addf(&sb, "%s %s", auth_result_text(dmarc->result),
		dmarc_policy_text(dmarc->applied));
	add_reasons(&sb, dmarc);
	for (size_t i = 0; i < m->edits.count; i++) {
		if (m->edits.list[i].kind == EDIT_ADD)
			sb_addf(&sb, " +%.*s", STR_ARG(m->edits.list[i].name));
		else if (m->edits.list[i].kind == EDIT_QUARANTINE)
			sb_addz(&sb, " held");
		else
			sb_addz(&sb, " EDIT");
	}
	assert_int_equal(verdict == VERDICT_REJECT ||
		verdict == VERDICT_TEMPFAIL, m->reply.code != NULL);
	if (m->reply.code != NULL)
		sb_addf(&sb, " %s %s", m->reply.code, m->reply.enhanced);
	return sb_done(&sb);
}

static struct dmarc_settings
settings_of(const struct dmarc_conf *conf)
{
	struct dmarc_settings s = { .conf = *conf };

	if (conf->quarantine_header != NULL) {
		s.mark_name = STR("X-Spam");
		s.mark_value = STR("yes");
	}
	return s;
}

static enum verdict
run(struct message *m, const struct dmarc_settings *settings,
	const char *passing)
{
	struct dkim_result sig = { .result = AUTH_PASS,
		.domain = str_of(passing) };
	void *session = dmarc_filter.begin(m, settings);
	enum verdict verdict;

	if (session == NULL)
		return VERDICT_TEMPFAIL;
	verdict = dmarc_filter.headers(session);
	if (verdict != VERDICT_CONTINUE)
		return verdict;
	/* The neighbours deliver after the header's end. */
	m->results.spf.known = true;
	m->results.dkim = (struct dkim_results){ .known = true, .sigs = &sig,
		.count = passing != NULL };
	return dmarc_filter.end(session);
}

static void
check_step(const struct step *step)
{
	const struct common common = { .dry_run = step->dry_run };
	struct dmarc_settings settings = settings_of(&step->conf);
	struct message m = { .common = &common };
	struct fixture f;
	struct str got;

	fixture_open(&f, ZONE);
	m.arena = f.scope.arena;
	m.dns = f.scope;
	if (step->from != NULL)
		assert_int_equal(headers_add(&m.headers, m.arena, STR("From"),
			str_of(step->from)), 0);
	got = describe(&m, run(&m, &settings, step->passing));
	if (!str_eq(got, str_of(step->wanted)))
		fail_msg("%s: %s, not %s", step->from, got.p, step->wanted);
	assert_false(m.edits.failed);
	assert_true(m.results.dmarc.known);
	fixture_close(&f);
}

static void
actions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++)
		check_step(&steps[i]);
}

static void
words_to_the_sender(void **state)
{
	const struct common common = { .dry_run = false };
	const struct dmarc_settings settings = { .conf = { REJECT } };
	struct message m = { .common = &common };
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	m.arena = f.scope.arena;
	m.dns = f.scope;
	assert_int_equal(headers_add(&m.headers, m.arena, STR("From"),
		STR("a@b\xc3\xbc" "cher.x.com")), 0);
	assert_int_equal(run(&m, &settings, NULL), VERDICT_REJECT);
	assert_string_equal(m.reply.text, "no SPF or DKIM pass is aligned "
		"with xn--bcher-kva.x.com; the policy of x.com is reject");
	fixture_close(&f);
}

/* The questions are on their way before the message's end. */
static void
asks_at_the_header(void **state)
{
	const struct common common = { .dry_run = false };
	const struct dmarc_settings settings = { .conf = { REJECT } };
	struct message m = { .common = &common };
	struct fixture f;
	void *session;

	(void)state;
	fixture_open(&f, ZONE);
	m.arena = f.scope.arena;
	m.dns = f.scope;
	assert_int_equal(headers_add(&m.headers, m.arena, STR("From"),
		STR("a@www.x.com")), 0);
	session = dmarc_filter.begin(&m, &settings);
	assert_int_equal(dmarc_filter.headers(session), VERDICT_CONTINUE);
	assert_int_equal(m.dns.asked, 3);
	assert_int_equal(dmarc_filter.end(session), VERDICT_REJECT);
	assert_int_equal(m.dns.asked, 3);
	fixture_close(&f);
}

/* Never a crash, and never a message through unchecked. */
static void
out_of_memory(void **state)
{
	const struct common common = { .dry_run = false };
	struct dmarc_settings settings = settings_of(
		&(struct dmarc_conf){ REJECT });
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	for (size_t limit = 2000, ok = 0; ok == 0; limit += 16) {
		struct message m = { .common = &common };
		enum verdict verdict;

		m.arena = arena_new(limit);
		m.dns = (struct dns_scope){ .dns = f.dns, .arena = m.arena,
			.budget = 50 };
		verdict = headers_add(&m.headers, m.arena, STR("From"),
			STR("a@x.com")) == 0 ?
			run(&m, &settings, NULL) : VERDICT_TEMPFAIL;
		ok = verdict == VERDICT_REJECT && !m.edits.failed;
		if (!ok && verdict == VERDICT_CONTINUE)
			assert_int_equal(m.results.dmarc.result,
				AUTH_TEMPERROR);
		arena_free(m.arena);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions),
		cmocka_unit_test(words_to_the_sender),
		cmocka_unit_test(asks_at_the_header),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
