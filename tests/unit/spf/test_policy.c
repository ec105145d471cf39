/* From results to actions. */
#include "unit/spf/fixture.h"

#include "spf/policy.h"

#define ZONE PTR("1.2.0.192.in-addr.arpa", "mx.friend.test") \
	A("mx.friend.test", "192.0.2.1") FAULT("3.2.0.192.in-addr.arpa")

static struct str listed_names[] = { STR(".friend.test") };
static struct str listed_from[] = { STR("a@x.test") };
static struct str listed_helo[] = { STR("relay.test") };
static struct ipnet listed_nets[] = { { { IP_V4, { 198, 51, 100 } }, 24 } };

/* What a row looks at; the rest is as it mostly is. */
struct row {
	enum auth_result mail_from;
	int helo; /* -1: it has no say */
	enum spf_action fail, temperror, none;
	const char *client, *from, *said; /* NULL: an ordinary one */
	bool whitelists, skip_null_sender, dry_run;
	enum spf_action action;
	const char *override;
	enum auth_result cause;
};

#define NO_HELO .helo = -1

static const struct row rows[] = {
	{ AUTH_PASS, NO_HELO, SPF_REJECT, SPF_REJECT, .action = SPF_ACCEPT,
		.cause = AUTH_PASS },
	{ AUTH_FAIL, NO_HELO, SPF_ACCEPT, .action = SPF_ACCEPT,
		.cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .action = SPF_REJECT,
		.cause = AUTH_FAIL },
	{ AUTH_SOFTFAIL, NO_HELO, SPF_REJECT, .action = SPF_ACCEPT,
		.cause = AUTH_SOFTFAIL },
	/* HELO: the stronger action is taken. */
	{ AUTH_PASS, AUTH_FAIL, SPF_REJECT, .action = SPF_REJECT,
		.cause = AUTH_FAIL },
	{ AUTH_FAIL, AUTH_PASS, SPF_REJECT, .action = SPF_REJECT,
		.cause = AUTH_FAIL },
	{ AUTH_FAIL, AUTH_TEMPERROR, SPF_TAG, SPF_DEFER, .action = SPF_DEFER,
		.cause = AUTH_TEMPERROR },
	{ AUTH_TEMPERROR, AUTH_FAIL, SPF_TAG, SPF_DEFER, .action = SPF_DEFER,
		.cause = AUTH_TEMPERROR },
	/* Mail that did not come over the internet says nothing of SPF. */
	{ AUTH_NONE, NO_HELO, SPF_REJECT, .client = "", .none = SPF_REJECT,
		.action = SPF_ACCEPT, .override = "no client address",
		.cause = AUTH_NONE },
	{ AUTH_NONE, NO_HELO, SPF_ACCEPT, .none = SPF_REJECT,
		.action = SPF_REJECT, .cause = AUTH_NONE },
	/* Whitelists, each by its own. */
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .client = "198.51.100.200",
		.whitelists = true, .action = SPF_ACCEPT,
		.override = "whitelist-ip", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_TAG, .from = "A@X.test",
		.whitelists = true, .action = SPF_ACCEPT,
		.override = "whitelist-from", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_TAG, .said = "RELAY.test",
		.whitelists = true, .action = SPF_ACCEPT,
		.override = "whitelist-helo", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .client = "192.0.2.1",
		.whitelists = true, .action = SPF_ACCEPT,
		.override = "whitelist-ptr", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .client = "192.0.2.2",
		.whitelists = true, .action = SPF_REJECT, .cause = AUTH_FAIL },
	/* Unknown names: nothing that cannot be taken back. */
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .client = "192.0.2.3",
		.whitelists = true, .action = SPF_DEFER,
		.override = "whitelist-ptr is not known", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_TAG, .client = "192.0.2.3",
		.whitelists = true, .action = SPF_TAG, .cause = AUTH_FAIL },
	/* A whitelist is not asked about mail that nothing is done to. */
	{ AUTH_PASS, NO_HELO, SPF_REJECT, .client = "198.51.100.200",
		.whitelists = true, .action = SPF_ACCEPT, .cause = AUTH_PASS },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .from = "", .action = SPF_REJECT,
		.cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .from = "",
		.skip_null_sender = true, .action = SPF_ACCEPT,
		.override = "skip-null-sender", .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .skip_null_sender = true,
		.action = SPF_REJECT, .cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_REJECT, .dry_run = true,
		.action = SPF_ACCEPT, .override = "dry run",
		.cause = AUTH_FAIL },
	{ AUTH_FAIL, NO_HELO, SPF_TAG, .dry_run = true, .from = "a@x.test",
		.whitelists = true, .action = SPF_ACCEPT,
		.override = "whitelist-from", .cause = AUTH_FAIL },
};

/* Everything that a case looks into. */
struct world {
	struct fixture f;
	struct common common;
	struct connection connection;
	struct message message;
	struct spf_settings settings;
	struct spf_query query;
	struct spf_answer mail_from, helo;
	struct spf_case c;
};

static void
world_open(struct world *w, const struct row *row)
{
	const char *client = row->client != NULL ? row->client : "192.0.2.99";
	const char *from = row->from != NULL ? row->from : "b@y.test";
	const char *said = row->said != NULL ? row->said : "mail.y.test";

	*w = (struct world){ .common = { .dry_run = row->dry_run } };
	fixture_open(&w->f, ZONE);
	w->connection = (struct connection){
		.client = ip(*client != '\0' ? client : NULL),
		.helo = str_of(said) };
	w->message = (struct message){ .arena = w->f.scope.arena,
		.connection = &w->connection, .common = &w->common,
		.dns = w->f.scope, .mail_from = str_of(from) };
	w->settings.conf = (struct spf_conf){
		.skip_null_sender = row->skip_null_sender,
		.reply_text = "SPF {result}: {explanation}",
		.subject_tag = "[SPF:{result}]" };
	w->settings.conf.actions[AUTH_FAIL] = row->fail;
	w->settings.conf.actions[AUTH_TEMPERROR] = row->temperror;
	w->settings.conf.actions[AUTH_NONE] = row->none;
	if (row->whitelists)
		w->settings.whitelist = (struct spf_whitelist){
			.ip = { listed_nets, 1 }, .ptr = { listed_names, 1, 1 },
			.from = { listed_from, 1, 1 },
			.helo = { listed_helo, 1, 1 } };
	w->query = (struct spf_query){ .client = w->connection.client };
	w->mail_from = (struct spf_answer){ .result = row->mail_from,
		.domain = STR("y.test") };
	w->helo = (struct spf_answer){ .result = (enum auth_result)row->helo };
	w->c = (struct spf_case){ .settings = &w->settings,
		.message = &w->message, .mail_from = &w->mail_from,
		.helo = row->helo >= 0 ? &w->helo : NULL };
	assert_int_equal(spf_check_start(&w->message.dns, &w->query,
		&w->c.check), 0);
}

static void
decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spf_decision d;
		struct world w;

		world_open(&w, &rows[i]);
		d = spf_decide(&w.c);
		assert_row(i, d.action == rows[i].action);
		assert_row(i, d.cause->result == rows[i].cause);
		assert_row(i, (d.override == NULL) ==
			(rows[i].override == NULL));
		if (d.override != NULL)
			assert_string_equal(d.override, rows[i].override);
		/* Only the client's names cost a question. */
		assert_row(i, rows[i].whitelists || w.message.dns.asked == 0);
		fixture_close(&w.f);
	}
}

static const struct {
	enum auth_result result;
	enum spf_action action;
	enum verdict verdict;
	const char *code, *enhanced;
} replies[] = {
	{ AUTH_FAIL, SPF_ACCEPT, VERDICT_CONTINUE, NULL, NULL },
	{ AUTH_FAIL, SPF_TAG, VERDICT_CONTINUE, NULL, NULL },
	{ AUTH_FAIL, SPF_QUARANTINE, VERDICT_CONTINUE, NULL, NULL },
	{ AUTH_FAIL, SPF_REJECT, VERDICT_REJECT, "550", "5.7.23" },
	{ AUTH_FAIL, SPF_DEFER, VERDICT_TEMPFAIL, "451", "4.7.23" },
	{ AUTH_SOFTFAIL, SPF_REJECT, VERDICT_REJECT, "550", "5.7.23" },
	{ AUTH_TEMPERROR, SPF_DEFER, VERDICT_TEMPFAIL, "451", "4.7.24" },
	{ AUTH_PERMERROR, SPF_REJECT, VERDICT_REJECT, "550", "5.7.24" },
};

static void
replies_by_rfc_7372(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct spf_decision d = { .action = replies[i].action };
		struct world w;

		world_open(&w, &(struct row){ .mail_from = replies[i].result,
			NO_HELO });
		d.cause = &w.mail_from;
		assert_row(i, spf_decision_verdict(&w.c, &d, &w.query) ==
			replies[i].verdict);
		if (replies[i].code == NULL) {
			assert_row(i, w.message.reply.code == NULL);
		} else {
			assert_string_equal(w.message.reply.code,
				replies[i].code);
			assert_string_equal(w.message.reply.enhanced,
				replies[i].enhanced);
			assert_true(strstr(w.message.reply.text, "y.test"));
		}
		fixture_close(&w.f);
	}
}

static const struct {
	const char *subject; /* NULL: there is none */
	const char *wanted;  /* NULL: it stays */
} subjects[] = {
	{ " Lunch?", "[SPF:fail] Lunch?" },
	{ "Lunch?", "[SPF:fail] Lunch?" },
	{ "", "[SPF:fail]" },
	{ " two\n lines ", "[SPF:fail] two\n lines" },
	{ " [SPF:fail] Lunch?", NULL },
	{ " [spf:FAIL] Lunch?", NULL },
	{ " Re: [SPF:fail] Lunch?", "[SPF:fail] Re: [SPF:fail] Lunch?" },
	{ NULL, "[SPF:fail]" },
};

static void
tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(subjects); i++) {
		struct spf_decision d = { .action = SPF_TAG };
		struct message *m;
		struct world w;

		world_open(&w, &(struct row){ .mail_from = AUTH_FAIL,
			NO_HELO });
		d.cause = &w.mail_from;
		m = &w.message;
		if (subjects[i].subject != NULL)
			assert_int_equal(headers_add(&m->headers, m->arena,
				STR("SUBJECT"), str_of(subjects[i].subject)),
				0);
		spf_decision_edit(&w.c, &d, &w.query);
		assert_row(i, m->edits.count == (subjects[i].wanted != NULL));
		if (m->edits.count > 0) {
			assert_row(i, m->edits.list[0].kind ==
				(subjects[i].subject != NULL ? EDIT_CHANGE :
				EDIT_ADD));
			assert_str(m->edits.list[0].value, subjects[i].wanted);
		}
		fixture_close(&w.f);
	}
}

/* Readers differ in which of several they show. */
static void
tags_every_subject(void **state)
{
	struct spf_decision d = { .action = SPF_TAG };
	struct message *m;
	struct world w;

	(void)state;
	world_open(&w, &(struct row){ .mail_from = AUTH_FAIL, NO_HELO });
	d.cause = &w.mail_from;
	m = &w.message;
	assert_int_equal(headers_add(&m->headers, m->arena, STR("Subject"),
		STR(" [SPF:fail] seen")), 0);
	assert_int_equal(headers_add(&m->headers, m->arena, STR("subject"),
		STR(" shown")), 0);
	spf_decision_edit(&w.c, &d, &w.query);
	assert_int_equal(m->edits.count, 1);
	assert_int_equal(m->edits.list[0].kind, EDIT_CHANGE);
	assert_int_equal(m->edits.list[0].nth, 2);
	assert_str(m->edits.list[0].value, "[SPF:fail] shown");
	fixture_close(&w.f);
}

static void
quarantines(void **state)
{
	struct spf_decision d = { .action = SPF_QUARANTINE };
	struct world w;

	(void)state;
	world_open(&w, &(struct row){ .mail_from = AUTH_FAIL, NO_HELO });
	d.cause = &w.mail_from;
	spf_decision_edit(&w.c, &d, &w.query);
	assert_int_equal(w.message.edits.count, 1);
	assert_int_equal(w.message.edits.list[0].kind, EDIT_QUARANTINE);
	assert_str(w.message.edits.list[0].value,
		"SPF fail: y.test does not permit 192.0.2.99");
	fixture_close(&w.f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		cmocka_unit_test(replies_by_rfc_7372),
		cmocka_unit_test(tags),
		cmocka_unit_test(tags_every_subject),
		cmocka_unit_test(quarantines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
