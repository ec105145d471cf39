#include "unit/base/check.h"

#include "pipeline/pipeline.h"

/* ---- filters that say what a test wants, and a record of what they saw --- */

enum stage { MAIL, RCPT, HEADERS, BODY, END, STAGES };

struct script {
	const char *name;
	enum verdict verdicts[STAGES];
	bool no_memory;	  /* begin fails */
	bool uses_memory; /* begin takes all of the message's */
};

static struct script scripts[3] = { { .name = "a" }, { .name = "b" },
	{ .name = "o" } };
static struct message *the_message;
static struct arena *arena; /* of a test */
static struct strbuf seen;

struct session {
	const struct script *script;
};

static void *
begin(struct message *message, const struct script *script)
{
	struct session *s = arena_alloc(message->arena, sizeof(*s));

	sb_addf(&seen, "%s.begin ", script->name);
	if (s == NULL || script->no_memory)
		return NULL;
	s->script = script;
	the_message = message;
	for (size_t size = 1 << 20; script->uses_memory && size > 0; size /= 2)
		while (arena_alloc(message->arena, size) != NULL)
			;
	return s;
}

static void *
begin_a(struct message *message, const void *settings)
{
	(void)settings;
	return begin(message, &scripts[0]);
}

static void *
begin_b(struct message *message, const void *settings)
{
	(void)settings;
	return begin(message, &scripts[1]);
}

static void *
begin_o(struct message *message, const void *settings)
{
	(void)settings;
	return begin(message, &scripts[2]);
}

static enum verdict
play(void *session, enum stage stage, const char *what, struct str more)
{
	const struct script *script = ((struct session *)session)->script;

	sb_addf(&seen, "%s.%s%.*s ", script->name, what, STR_ARG(more));
	return script->verdicts[stage];
}

static enum verdict
on_mail(void *session)
{
	return play(session, MAIL, "mail", STR(""));
}

static enum verdict
on_rcpt(void *session, struct str address)
{
	return play(session, RCPT, "rcpt:", address);
}

static enum verdict
on_headers(void *session)
{
	return play(session, HEADERS, "headers", STR(""));
}

static enum verdict
on_body(void *session, struct str chunk)
{
	return play(session, BODY, "body:", chunk);
}

static enum verdict
on_end(void *session)
{
	return play(session, END, "end", STR(""));
}

static const struct filter a = { .name = "spf", .begin = begin_a,
	.mail = on_mail, .rcpt = on_rcpt, .headers = on_headers,
	.body = on_body, .end = on_end };
static const struct filter b = { .name = "dkim", .begin = begin_b,
	.mail = on_mail, .rcpt = on_rcpt, .headers = on_headers,
	.body = on_body, .end = on_end };
/* Without any of the events that may be left out. */
static const struct filter quiet = { .name = "dmarc", .begin = begin_b,
	.end = on_end };
static const struct filter outbound = { .name = "out", .direction = OUTBOUND,
	.begin = begin_o, .end = on_end };

static const struct filter *const one[] = { &a, NULL };
static const struct filter *const two[] = { &a, &b, NULL };
static const struct filter *const both_ways[] = { &a, &outbound, NULL };
static const struct filter *const complete[] = { &a, &b, &quiet, NULL };
static const struct filter *const silent[] = { &quiet, NULL };
static const struct filter *const outward[] = { &outbound, NULL };
static const struct program all_in_one = { "test", "", complete };

/* ---- driving it --------------------------------------------------------- */

static char key_path[] = "/tmp/mailvet-pipeline-XXXXXX";

static struct snapshot *
load(const struct program *program, const char *authserv_id)
{
	const struct conf_setting settings[] = {
		{ "common", "seal-key", key_path, "x" },
		{ "common", "authserv-id", authserv_id, "x" }, { NULL } };
	struct conf_errors errors = { .arena = arena };
	struct snapshot *ret;

	if (snapshot_load(program, NULL, settings, &errors, &ret) != 0)
		fail_msg("%s", errors.count > 0 ? errors.texts[0] : "");
	return ret;
}

static struct program program_of_test;

static struct pipeline *
new_pipeline(const struct filter *const *filters)
{
	struct snapshot *snapshot;
	struct pipeline *p;

	program_of_test = (struct program){ "test", "", filters };
	snapshot = load(&program_of_test, "mx.example");
	p = pipeline_new(snapshot);
	snapshot_unref(snapshot);
	assert_non_null(p);
	return p;
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	seen = sb_new(arena);
	for (size_t i = 0; i < COUNT(scripts); i++)
		scripts[i] = (struct script){ .name = scripts[i].name };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
assert_seen(const char *wanted)
{
	assert_str(sb_done(&seen), wanted);
	seen.n = 0;
}

static enum verdict
connect_from(struct pipeline *p, const char *client)
{
	struct connect_facts facts = { .client_name = STR("c.example"),
		.daemon_name = STR("MTA"), .mta_name = STR("mta.example") };

	assert_true(ipaddr_parse(str_of(client), &facts.client));
	return pipeline_connect(p, &facts);
}

static enum verdict
mail_from(struct pipeline *p, const char *from)
{
	const struct mail_facts facts = { .from = str_of(from),
		.queue_id = STR("Q1") };

	return pipeline_mail(p, &facts);
}

static enum verdict
step(struct pipeline *p, enum stage stage)
{
	switch (stage) {
	case MAIL:
		return mail_from(p, "<u@d.example>");
	case RCPT:
		return pipeline_rcpt(p, STR("<r@d.example>"));
	case HEADERS:
		return pipeline_headers(p);
	case BODY:
		return pipeline_body(p, STR("text"));
	default:
		return pipeline_end(p);
	}
}

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

/* ---- what a message knows ----------------------------------------------- */

static void
queue_ids(void **state)
{
	const struct mail_facts facts = { .from = STR("<>") };
	struct pipeline *p = new_pipeline(one);

	(void)state;
	connect_from(p, "192.0.2.1");
	pipeline_mail(p, &facts);
	assert_int_equal(the_message->queue_id.n, 0);
	assert_str(the_message->mail_from, "");
	pipeline_queue_id(p, STR(""));
	pipeline_queue_id(p, STR("late"));
	pipeline_queue_id(p, STR("later"));
	assert_str(the_message->queue_id, "late");
	pipeline_free(p);
}

/* Without an id nothing can be sealed. */
static void
no_queue_id(void **state)
{
	const struct mail_facts facts = { .from = STR("<>") };
	struct pipeline *p = new_pipeline(one);

	(void)state;
	connect_from(p, "192.0.2.1");
	pipeline_mail(p, &facts);
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	assert_string_equal(the_message->reply.code, "451");
	assert_non_null(strstr(the_message->reply.text, "no queue id"));
	pipeline_free(p);
}

static const struct {
	const char *configured;
	const char *mta;
	const char *used; /* NULL: none, the message is deferred */
} ids[] = {
	{ "mx.example", "mta.example", "mx.example;" },
	{ "", "mta.example", "mta.example;" },
	{ "", "", NULL },
};

static void
authserv_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct snapshot *snapshot =
			load(&all_in_one, ids[i].configured);
		struct pipeline *p = pipeline_new(snapshot);
		const struct connect_facts facts = { .client = { IP_NONE, "" },
			.mta_name = str_of(ids[i].mta) };

		snapshot_unref(snapshot);
		pipeline_connect(p, &facts);
		step(p, MAIL);
		assert_row(i, step(p, END) == (ids[i].used ?
			VERDICT_CONTINUE : VERDICT_TEMPFAIL));
		if (ids[i].used != NULL)
			assert_true(str_istarts(the_message->edits.list[0].value,
				str_of(ids[i].used)));
		else
			assert_non_null(strstr(the_message->reply.text,
				"no authserv-id"));
		pipeline_free(p);
	}
}

/* Of a message nothing is left for the next. */
static void
messages_are_apart(void **state)
{
	struct pipeline *p = new_pipeline(one);

	(void)state;
	connect_from(p, "192.0.2.1");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
		assert_int_equal(the_message->headers.count, 0);
		assert_int_equal(the_message->edits.count, 0);
		assert_false(the_message->results.spf.known);
		assert_null(the_message->reply.text);
		pipeline_header(p, AUTHRES_NAME, STR("mx.example; spf=pass"));
		the_message->results.spf.known = true;
		assert_int_equal(VERDICT_CONTINUE, step(p, END));
		assert_int_equal(the_message->edits.count, 2);
		if (i == 1)
			pipeline_reset(p);
	}
	pipeline_free(p);
}

/* ---- limits and memory -------------------------------------------------- */

static void
too_large_header(void **state)
{
	struct pipeline *p = new_pipeline(one);
	enum verdict verdict = VERDICT_CONTINUE;
	int count = 0;

	(void)state;
	connect_from(p, "192.0.2.1");
	step(p, MAIL);
	while (verdict == VERDICT_CONTINUE && count++ <= HEADERS_MAX_COUNT)
		verdict = pipeline_header(p, STR("X"), STR("y"));
	assert_int_equal(verdict, VERDICT_TEMPFAIL);
	assert_int_equal(count, HEADERS_MAX_COUNT + 1);
	assert_string_equal(the_message->reply.code, "452");
	assert_int_equal(VERDICT_TEMPFAIL, step(p, HEADERS));
	assert_null(strstr(sb_done(&seen).p, "headers"));
	pipeline_free(p);
}

static void
session_without_memory(void **state)
{
	struct pipeline *p = new_pipeline(two);

	(void)state;
	scripts[1].no_memory = true;
	connect_from(p, "192.0.2.1");
	for (int stage = MAIL; stage < STAGES; stage++)
		assert_row(stage,
			step(p, (enum stage)stage) == VERDICT_TEMPFAIL);
	assert_seen("a.begin b.begin ");
	scripts[1].no_memory = false;
	assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
	pipeline_free(p);
}

/* The ceiling of a message: a 4xx for it, and the next one is fine. */
static void
message_without_memory(void **state)
{
	struct pipeline *p = new_pipeline(one);

	(void)state;
	connect_from(p, "192.0.2.1");
	scripts[0].uses_memory = true;
	step(p, MAIL);
	assert_int_equal(VERDICT_TEMPFAIL,
		pipeline_header(p, STR("From"), STR(" x")));
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	step(p, MAIL);
	/* The result has no room: without it the message must not go on. */
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	scripts[0].uses_memory = false;
	assert_int_equal(VERDICT_CONTINUE, step(p, MAIL));
	assert_int_equal(VERDICT_CONTINUE, step(p, END));
	pipeline_free(p);
}

/* A client that greets without end fills its connection's arena only. */
static void
connection_without_memory(void **state)
{
	struct pipeline *p = new_pipeline(one);
	enum verdict verdict = VERDICT_CONTINUE;
	char name[512];

	(void)state;
	connect_from(p, "192.0.2.1");
	memset(name, 'x', sizeof(name));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(VERDICT_CONTINUE,
			pipeline_helo(p, STR("the.same.example")));
	for (int i = 0; i < 1000 && verdict == VERDICT_CONTINUE; i++) {
		snprintf(name, 8, "%07d", i);
		verdict = pipeline_helo(p, (struct str){ name, 511 });
	}
	assert_int_equal(VERDICT_TEMPFAIL, verdict);
	assert_int_equal(VERDICT_TEMPFAIL, step(p, MAIL));
	assert_int_equal(VERDICT_TEMPFAIL, step(p, END));
	assert_seen("");
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
		TEST(queue_ids),
		TEST(no_queue_id),
		TEST(authserv_ids),
		TEST(messages_are_apart),
		TEST(too_large_header),
		TEST(session_without_memory),
		TEST(message_without_memory),
		TEST(connection_without_memory),
	};
	int fd = mkstemp(key_path), failed;

	close(fd);
	write_file(key_path, STR("0123456789abcdef0123456789abcdef"), 0600);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(key_path);
	return failed;
}
