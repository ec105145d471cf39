/* Handing a message to an MTA, and knowing whether it was taken. */
#include "unit/report/fixture.h"
#include "unit/report/sink.h"

#include "report/smtp.h"

struct ending {
	int calls;
	int answer;
};

static int
before_end(void *arg)
{
	struct ending *ending = arg;

	ending->calls++;
	return ending->answer;
}

static enum smtp_outcome
send_text(struct arena *arena, unsigned port, struct ending *ending,
	struct str *words)
{
	const struct str to[] = { STR("a@friend.example"),
		STR("b@friend.example") };
	const struct smtp_job job = { "127.0.0.1", port,
		STR("mx1.home.example"), STR("dmarc@home.example"), to, 2,
		STR("Subject: x\r\n\r\n.dot\r\nend\r\n"), before_end, ending };
	enum smtp_outcome outcome;

	assert_int_equal(smtp_send(arena, &job, &outcome, words), 0);
	return outcome;
}

static void
outcomes(void **state)
{
	static const struct {
		enum sink_mood mood;
		int answer; /* of before_end */
		enum smtp_outcome outcome;
		int calls;
		const char *words;
	} rows[] = {
		{ SINK_KIND, 0, SMTP_TAKEN, 1, "250 2.0.0 fine" },
		{ SINK_KIND, -1, SMTP_NOT_TAKEN, 1, "aborted" },
		{ SINK_REFUSES_RCPT, 0, SMTP_NOT_TAKEN, 0, "nobody here" },
		{ SINK_REFUSES_DATA, 0, SMTP_NOT_TAKEN, 1, "451 4.3.0" },
		{ SINK_HANGS_UP, 0, SMTP_NOT_TAKEN, 0, "" },
		{ SINK_SAYS_NOTHING, 0, SMTP_UNSURE, 1, "" },
	};
	struct arena *arena = arena_new(0);
	static struct sink sink;

	(void)state;
	sink_start(&sink);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ending ending = { 0, rows[i].answer };
		struct str words;

		sink.mood = rows[i].mood;
		assert_row(i, send_text(arena, sink.port, &ending, &words) ==
			rows[i].outcome);
		assert_row(i, ending.calls == rows[i].calls);
		if (!str_has(words, rows[i].words))
			fail_msg("row %zu: %.*s", i, STR_ARG(words));
	}
	sink_stop(&sink);
	arena_free(arena);
}

static void
content(void **state)
{
	struct arena *arena = arena_new(0);
	struct ending ending = { 0, 0 };
	static struct sink sink;
	struct str words;

	(void)state;
	sink_start(&sink);
	assert_int_equal(send_text(arena, sink.port, &ending, &words),
		SMTP_TAKEN);
	sink_stop(&sink);
	assert_int_equal(sink.count, 1);
	assert_string_equal(sink.messages[0],
		"Subject: x\r\n\r\n..dot\r\nend\r\n");
	assert_string_equal(sink.helo, "EHLO mx1.home.example\r\n");
	assert_non_null(strstr(sink.from, "<dmarc@home.example>"));
	assert_non_null(strstr(sink.to, "<a@friend.example>"));
	assert_non_null(strstr(sink.to, "<b@friend.example>"));
	arena_free(arena);
}

static void
nobody_there(void **state)
{
	struct arena *arena = arena_new(0);
	struct ending ending = { 0, 0 };
	struct str words;

	(void)state;
	assert_int_equal(send_text(arena, 1, &ending, &words),
		SMTP_NO_SERVER);
	assert_true(words.n > 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(content),
		cmocka_unit_test(nobody_there),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
