#include "unit/pipeline/drive.h"

/* Without any of the events that may be left out. */
static const struct filter quiet = { .name = "quiet", .begin = begin_1,
	.end = on_end };
static const struct filter outbound = { .name = "out", .direction = OUTBOUND,
	.begin = begin_2, .end = on_end };

static const struct filter *const both_ways[] = { &a, &outbound, NULL };
static const struct filter *const silent[] = { &quiet, NULL };
static const struct filter *const outward[] = { &outbound, NULL };

/* ---- the events --------------------------------------------------------- */

static void
events_in_order(void **state)
{
	struct pipeline *p = new_pipeline(two);

	(void)state;
	assert_int_equal(VERDICT_CONTINUE, connect_from(p, "192.0.2.1"));
	assert_int_equal(VERDICT_CONTINUE, pipeline_helo(p, STR("h.example")));
	assert_null(pipeline_message(p));
	assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
	assert_seen("a.begin b.begin a.mail b.mail ");
	assert_ptr_equal(pipeline_message(p), the_message);
	assert_str(the_message->mail_from, "u@d.example");
	assert_str(the_message->connection->helo, "h.example");
	assert_int_equal(VERDICT_CONTINUE, step(p, RCPT));
	assert_seen("a.rcpt:r@d.example b.rcpt:r@d.example ");
	assert_int_equal(VERDICT_CONTINUE,
		pipeline_header(p, STR("From"), STR(" x")));
	assert_seen("");
	assert_int_equal(VERDICT_CONTINUE, step(p, HEADERS));
	assert_int_equal(the_message->headers.count, 1);
	assert_seen("a.headers b.headers ");
	assert_int_equal(VERDICT_CONTINUE, step(p, BODY));
	assert_int_equal(VERDICT_CONTINUE, step(p, BODY));
	assert_seen("a.body:text b.body:text a.body:text b.body:text ");
	assert_int_equal(VERDICT_CONTINUE, step(p, END));
	assert_seen("a.end b.end ");
	assert_true(pipeline_is_wanted(p));
	pipeline_reset(p);
	assert_false(pipeline_is_wanted(p));
	assert_null(pipeline_message(p));
	pipeline_free(p);
	pipeline_free(NULL);
}

/* No session is surprised by an MTA that leaves events out or repeats them. */
static void
events_out_of_order(void **state)
{
	struct pipeline *p = new_pipeline(one);

	(void)state;
	for (int stage = RCPT; stage < STAGES; stage++)
		assert_row(stage, step(p, (enum stage)stage) ==
			(stage == BODY ? VERDICT_SKIP : VERDICT_CONTINUE));
	assert_int_equal(VERDICT_CONTINUE,
		pipeline_header(p, STR("a"), STR("b")));
	pipeline_queue_id(p, STR("Q"));
	pipeline_reset(p);
	assert_seen("");
	/* Not even a connection is known. */
	assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
	assert_int_equal(VERDICT_CONTINUE, step(p, END));
	assert_seen("a.begin a.mail a.headers a.end ");
	assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
	step(p, BODY);
	step(p, HEADERS);
	assert_seen("a.begin a.mail a.headers a.body:text ");
	pipeline_free(p);
}

/* Out of memory where the pipeline itself should be. */
static void
no_pipeline(void **state)
{
	(void)state;
	assert_int_equal(VERDICT_TEMPFAIL, connect_from(NULL, "192.0.2.1"));
	assert_int_equal(VERDICT_TEMPFAIL, pipeline_helo(NULL, STR("h")));
	assert_int_equal(VERDICT_TEMPFAIL,
		pipeline_header(NULL, STR("a"), STR("b")));
	for (int stage = MAIL; stage < STAGES; stage++)
		assert_row(stage,
			step(NULL, (enum stage)stage) == VERDICT_TEMPFAIL);
}

static void
filters_without_events(void **state)
{
	struct pipeline *p = new_pipeline(silent);

	(void)state;
	connect_from(p, "192.0.2.1");
	for (int stage = MAIL; stage < STAGES; stage++)
		assert_row(stage, step(p, (enum stage)stage) ==
			(stage == BODY ? VERDICT_SKIP : VERDICT_CONTINUE));
	assert_seen("b.begin b.end ");
	pipeline_free(p);
}

/* ---- whose mail --------------------------------------------------------- */

static const struct {
	const struct filter *const *filters;
	const char *client, *user;
	enum verdict connect, mail;
	const char *begun;
} whose[] = {
	{ one, "192.0.2.1", "", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"a.begin " },
	{ one, "192.0.2.1", "joe", VERDICT_CONTINUE, VERDICT_DONE, "" },
	{ one, "127.0.0.1", "", VERDICT_DONE, VERDICT_DONE, "" },
	{ outward, "192.0.2.1", "", VERDICT_CONTINUE, VERDICT_DONE, "" },
	{ outward, "192.0.2.1", "joe", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"o.begin " },
	{ outward, "127.0.0.1", "", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"o.begin " },
	{ both_ways, "192.0.2.1", "", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"a.begin " },
	{ both_ways, "192.0.2.1", "joe", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"o.begin " },
	{ both_ways, "::1", "", VERDICT_CONTINUE, VERDICT_CONTINUE,
		"o.begin " },
};

static void
directions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(whose); i++) {
		struct pipeline *p = new_pipeline(whose[i].filters);
		const struct mail_facts facts = { .from = STR("<u@d>"),
			.auth_user = str_of(whose[i].user),
			.queue_id = STR("Q1") };
		struct str begun;

		assert_row(i, connect_from(p, whose[i].client) ==
			whose[i].connect);
		assert_row(i, pipeline_mail(p, &facts) == whose[i].mail);
		begun = str_first(sb_done(&seen), strlen(whose[i].begun));
		assert_row(i, str_eq(begun, str_of(whose[i].begun)));
		assert_row(i, pipeline_is_wanted(p) ==
			(whose[i].mail != VERDICT_DONE));
		/* An MTA that does not take DONE for an answer. */
		step(p, HEADERS);
		assert_row(i, step(p, END) == VERDICT_CONTINUE);
		seen.n = 0;
		pipeline_free(p);
	}
}

/* ---- verdicts ----------------------------------------------------------- */

static const char *const stage_names[] = { "mail", "rcpt", "headers",
	"body:text", "end" };

/* A final verdict ends the message: nobody is asked again, the MTA is told. */
static void
final_verdicts(void **state)
{
	static const enum verdict finals[] = { VERDICT_REJECT,
		VERDICT_TEMPFAIL };

	(void)state;
	for (int at = MAIL; at < STAGES * 2; at++) {
		enum verdict final = finals[at % 2];
		struct pipeline *p = new_pipeline(two);
		int stage = at / 2;

		if (stage == RCPT) {
			pipeline_free(p);
			continue;
		}
		scripts[0].verdicts[stage] = final;
		connect_from(p, "192.0.2.1");
		for (int s = MAIL; s < STAGES; s++)
			assert_row(at, step(p, (enum stage)s) ==
				(s < stage ? VERDICT_CONTINUE : final));
		assert_int_equal(pipeline_kept(p), final);
		assert_true(str_iends(str_trim(sb_done(&seen)),
			str_of(stage_names[stage])));
		assert_null(strstr(seen.p, "b.end"));
		/* The next message is another. */
		scripts[0].verdicts[stage] = VERDICT_CONTINUE;
		for (int s = MAIL; s < STAGES; s++)
			assert_row(at, step(p, (enum stage)s) ==
				VERDICT_CONTINUE);
		seen.n = 0;
		pipeline_free(p);
	}
}

static void
first_verdict_counts(void **state)
{
	struct pipeline *p = new_pipeline(two);

	(void)state;
	scripts[0].verdicts[HEADERS] = VERDICT_TEMPFAIL;
	scripts[1].verdicts[HEADERS] = VERDICT_REJECT;
	connect_from(p, "192.0.2.1");
	step(p, MAIL);
	assert_int_equal(VERDICT_TEMPFAIL, step(p, HEADERS));
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	pipeline_free(p);
}

/* A recipient is refused alone. */
static void
recipients(void **state)
{
	struct pipeline *p = new_pipeline(two);

	(void)state;
	connect_from(p, "192.0.2.1");
	step(p, MAIL);
	seen.n = 0;
	scripts[0].verdicts[RCPT] = VERDICT_REJECT;
	assert_int_equal(VERDICT_REJECT, step(p, RCPT));
	assert_seen("a.rcpt:r@d.example ");
	scripts[0].verdicts[RCPT] = VERDICT_CONTINUE;
	scripts[1].verdicts[RCPT] = VERDICT_TEMPFAIL;
	assert_int_equal(VERDICT_TEMPFAIL, step(p, RCPT));
	assert_int_equal(the_message->refused_recipients, 2);
	assert_int_equal(VERDICT_REJECT, pipeline_refusal(p));
	assert_int_equal(VERDICT_CONTINUE, pipeline_kept(p));
	assert_int_equal(VERDICT_CONTINUE, step(p, HEADERS));
	assert_int_equal(VERDICT_CONTINUE, step(p, END));
	/* Unless the MTA could not be told. */
	step(p, MAIL);
	assert_int_equal(VERDICT_CONTINUE, pipeline_refusal(p));
	assert_int_equal(VERDICT_TEMPFAIL, step(p, RCPT));
	assert_int_equal(VERDICT_TEMPFAIL,
		pipeline_refuse(p, VERDICT_TEMPFAIL));
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	pipeline_free(p);
}

/* Only a final verdict on a recipient means anything to the MTA. */
static void
no_verdict_on_a_recipient(void **state)
{
	static const enum verdict others[] = { VERDICT_SKIP, VERDICT_DONE };
	struct pipeline *p = new_pipeline(two);

	(void)state;
	connect_from(p, "192.0.2.1");
	step(p, MAIL);
	for (size_t i = 0; i < COUNT(others); i++) {
		scripts[1].verdicts[RCPT] = others[i];
		assert_row(i, step(p, RCPT) == VERDICT_CONTINUE);
	}
	assert_int_equal(the_message->refused_recipients, 0);
	pipeline_free(p);
}

static void
skips(void **state)
{
	struct pipeline *p = new_pipeline(two);

	(void)state;
	connect_from(p, "192.0.2.1");
	step(p, MAIL);
	step(p, HEADERS);
	seen.n = 0;
	scripts[0].verdicts[BODY] = VERDICT_SKIP;
	assert_int_equal(VERDICT_CONTINUE, step(p, BODY));
	assert_int_equal(VERDICT_CONTINUE, step(p, BODY));
	assert_seen("a.body:text b.body:text b.body:text ");
	scripts[1].verdicts[BODY] = VERDICT_SKIP;
	assert_int_equal(VERDICT_SKIP, step(p, BODY));
	assert_int_equal(VERDICT_SKIP, step(p, BODY));
	assert_seen("b.body:text ");
	/* It needs none at all. */
	scripts[0].verdicts[HEADERS] = VERDICT_SKIP;
	step(p, MAIL);
	step(p, HEADERS);
	seen.n = 0;
	assert_int_equal(VERDICT_SKIP, step(p, BODY));
	assert_seen("b.body:text ");
	assert_int_equal(VERDICT_CONTINUE, step(p, END));
	assert_seen("a.end b.end ");
	pipeline_free(p);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_in_order),
		TEST(events_out_of_order),
		TEST(no_pipeline),
		TEST(filters_without_events),
		TEST(directions),
		TEST(final_verdicts),
		TEST(first_verdict_counts),
		TEST(recipients),
		TEST(no_verdict_on_a_recipient),
		TEST(skips),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}
