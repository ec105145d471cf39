/* The filter: when it speaks, and what it asks the MTA for. */
#include "unit/spf/fixture.h"

#include "spf/conf.h"
#include "spf/session.h"

#define ZONE TXT("fail.test", "v=spf1 -all exp=e.fail.test") \
	TXT("e.fail.test", "no %{i}") TXT("soft.test", "v=spf1 ~all") \
	TXT("pass.test", "v=spf1 +all") FAULT("lost.test") \
	TXT("mail.h.test", "v=spf1 ip4:192.0.2.1 -all")

static struct str exempt[] = { STR("abuse@") };

struct world {
	struct fixture f;
	struct common common;
	struct connection connection;
	struct message message;
	struct spf_settings settings;
	void *session;
};

/* fail = reject, softfail = tag, neutral = quarantine, temperror = defer. */
static void
world_open(struct world *w, const char *from)
{
	int *actions = w->settings.conf.actions;

	*w = (struct world){ .settings.conf = { .helo_check = HELO_LOG,
		.received_spf = true,
		.reply_text = "SPF {result}: {explanation}",
		.subject_tag = "[SPF:{result}]" } };
	actions[AUTH_FAIL] = SPF_REJECT;
	actions[AUTH_SOFTFAIL] = SPF_TAG;
	actions[AUTH_NEUTRAL] = SPF_QUARANTINE;
	actions[AUTH_TEMPERROR] = SPF_DEFER;
	w->settings.refuses = true;
	fixture_open(&w->f, ZONE);
	w->connection = (struct connection){ .client = ip("192.0.2.1"),
		.helo = STR("mail.h.test"), .mta_name = STR("mx.test") };
	w->message = (struct message){ .arena = w->f.scope.arena,
		.connection = &w->connection, .common = &w->common,
		.dns = w->f.scope, .mail_from = str_of(from) };
}

static void
world_begin(struct world *w)
{
	w->session = spf_filter.begin(&w->message, &w->settings);
	assert_non_null(w->session);
}

static void
exempt_recipients(struct world *w)
{
	w->settings.whitelist.to = (struct name_list){ exempt, 1, 1 };
}

static void
world_close(struct world *w)
{
	fixture_close(&w->f);
}

static const struct {
	const char *from;
	enum verdict verdict; /* at MAIL, and so at the end */
	size_t edits;	      /* at the end */
} rows[] = {
	{ "a@pass.test", VERDICT_CONTINUE, 1 },
	{ "a@soft.test", VERDICT_CONTINUE, 2 },
	{ "a@fail.test", VERDICT_REJECT, 0 },
	{ "a@lost.test", VERDICT_TEMPFAIL, 0 },
	{ "", VERDICT_CONTINUE, 1 },
};

static void
speaks_at_mail(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;

		world_open(&w, rows[i].from);
		world_begin(&w);
		assert_row(i, spf_filter.mail(w.session) == rows[i].verdict);
		if (rows[i].verdict == VERDICT_CONTINUE)
			assert_row(i, spf_filter.end(w.session) ==
				VERDICT_CONTINUE);
		assert_row(i, w.message.edits.count == rows[i].edits);
		assert_row(i, w.message.results.spf.known);
		world_close(&w);
	}
}

/* The answers are awaited as late as can be. */
static void
waits_only_to_refuse(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "a@fail.test");
	w.settings.refuses = false;
	w.settings.conf.actions[AUTH_FAIL] = SPF_TAG;
	world_begin(&w);
	assert_int_equal(w.message.dns.asked, 2);
	assert_int_equal(spf_filter.mail(w.session), VERDICT_CONTINUE);
	assert_false(w.message.results.spf.known);
	assert_int_equal(spf_filter.end(w.session), VERDICT_CONTINUE);
	assert_true(w.message.results.spf.known);
	/* Nobody is told an explanation, so none was asked for. */
	assert_int_equal(w.message.dns.asked, 2);
	world_close(&w);
}

static const struct {
	const char *from;
	const char *recipients[3];
	enum verdict verdicts[3];
	enum verdict end;
	const char *action, *override;
} deliveries[] = {
	{ "a@fail.test", { "b@x.test" }, { VERDICT_REJECT }, VERDICT_REJECT,
		"reject", "" },
	{ "a@fail.test", { "abuse@x.test" }, { VERDICT_CONTINUE },
		VERDICT_CONTINUE, "accept", "whitelist-to, would reject" },
	{ "a@fail.test", { "b@x.test", "abuse@x.test", "c@x.test" },
		{ VERDICT_REJECT, VERDICT_CONTINUE, VERDICT_REJECT },
		VERDICT_CONTINUE, "accept", "whitelist-to, would reject" },
	{ "a@lost.test", { "b@x.test", "abuse@x.test" },
		{ VERDICT_TEMPFAIL, VERDICT_CONTINUE }, VERDICT_CONTINUE,
		"accept", "whitelist-to, would defer" },
	{ "a@soft.test", { "b@x.test", "abuse@x.test" },
		{ VERDICT_CONTINUE, VERDICT_CONTINUE }, VERDICT_CONTINUE,
		"tag", "" },
	{ "a@soft.test", { "abuse@x.test" }, { VERDICT_CONTINUE },
		VERDICT_CONTINUE, "accept", "whitelist-to, would tag" },
	/* An MTA that tells no recipients: the message is refused. */
	{ "a@fail.test", { NULL }, { VERDICT_CONTINUE }, VERDICT_REJECT,
		"reject", "" },
};

static void
speaks_to_recipients(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(deliveries); i++) {
		struct world w;

		world_open(&w, deliveries[i].from);
		exempt_recipients(&w);
		world_begin(&w);
		assert_row(i, spf_filter.mail(w.session) == VERDICT_CONTINUE);
		for (size_t j = 0; j < 3 && deliveries[i].recipients[j]; j++)
			assert_row(i, spf_filter.rcpt(w.session,
				str_of(deliveries[i].recipients[j])) ==
				deliveries[i].verdicts[j]);
		assert_row(i, spf_filter.end(w.session) == deliveries[i].end);
		assert_row(i, str_eq(w.message.results.spf.action,
			str_of(deliveries[i].action)));
		assert_row(i, str_eq(w.message.results.spf.override,
			str_of(deliveries[i].override)));
		world_close(&w);
	}
}

static const struct {
	bool refuses, recipients, quarantines;
	unsigned events, replies, edits; /* added to the filter's own */
} needs[] = {
	{ false, false, false, 0, 0, 0 },
	{ true, false, false, 0, EVENT_MAIL, 0 },
	{ false, true, false, EVENT_RCPT, 0, 0 },
	{ true, true, false, EVENT_RCPT, EVENT_RCPT, 0 },
	{ false, false, true, 0, 0, EDIT_MAY_QUARANTINE },
};

static void
asks_the_mta_for_little(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(needs); i++) {
		struct needs got = { spf_filter.events, spf_filter.replies,
			spf_filter.edits };
		struct spf_settings s = { .refuses = needs[i].refuses };

		if (needs[i].recipients)
			s.whitelist.to = (struct name_list){ exempt, 1, 1 };
		if (needs[i].quarantines)
			s.conf.actions[AUTH_NEUTRAL] = SPF_QUARANTINE;
		spf_filter.adapt(&s, &got);
		assert_row(i, got.events ==
			(spf_filter.events | needs[i].events));
		assert_row(i, got.replies ==
			(spf_filter.replies | needs[i].replies));
		assert_row(i, got.edits ==
			(spf_filter.edits | needs[i].edits));
	}
	assert_false(spf_filter.events & EVENT_RCPT);
	assert_false(spf_filter.replies & EVENT_MAIL);
}

static void
helo_off_costs_nothing(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "a@pass.test");
	w.settings.conf.helo_check = HELO_OFF;
	w.settings.conf.received_spf = false;
	world_begin(&w);
	assert_int_equal(spf_filter.end(w.session), VERDICT_CONTINUE);
	assert_int_equal(w.message.dns.asked, 1);
	assert_false(w.message.results.spf.helo_known);
	assert_int_equal(w.message.edits.count, 0);
	world_close(&w);
}

/* Never a message through that was not checked. */
static void
out_of_memory(void **state)
{
	bool enough = false;

	(void)state;
	for (size_t limit = 1; !enough; limit += 64) {
		enum verdict verdict = VERDICT_TEMPFAIL;
		struct world w;

		world_open(&w, "a@fail.test");
		arena_free(w.f.scope.arena);
		w.f.scope.arena = arena_new(limit);
		w.message.arena = w.message.dns.arena = w.f.scope.arena;
		w.session = spf_filter.begin(&w.message, &w.settings);
		if (w.session != NULL)
			verdict = spf_filter.mail(w.session);
		assert_true(verdict == VERDICT_TEMPFAIL ||
			verdict == VERDICT_REJECT);
		enough = verdict == VERDICT_REJECT &&
			w.message.reply.text != NULL;
		world_close(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_at_mail),
		cmocka_unit_test(waits_only_to_refuse),
		cmocka_unit_test(speaks_to_recipients),
		cmocka_unit_test(asks_the_mta_for_little),
		cmocka_unit_test(helo_off_costs_nothing),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
