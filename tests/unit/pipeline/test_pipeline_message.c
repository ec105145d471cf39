/* pipeline.c again: what a message knows, limits and memory. */
#include "unit/pipeline/drive.h"

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

static const struct filter last = { .name = "dmarc", .begin = begin_2,
	.end = on_end };
static const struct filter *const complete[] = { &a, &b, &last, NULL };
static const struct program all_in_one = { "test", "", complete };

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
			assert_true(str_istarts(
				the_message->edits.list[0].value,
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
		name[i % 500] = 'y';
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
		TEST(queue_ids),
		TEST(no_queue_id),
		TEST(authserv_ids),
		TEST(messages_are_apart),
		TEST(too_large_header),
		TEST(session_without_memory),
		TEST(message_without_memory),
		TEST(connection_without_memory),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}
