/*
 * feed_message: what a file says reaches the filters as from an MTA.
 */
#include "admin/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What the one filter of the test saw; one test runs at a time. */
static struct seen {
	struct strbuf header;
	struct strbuf body;
	unsigned ends;
} seen;

static void *
begin(struct message *message, const void *settings)
{
	(void)settings;
	return message;
}

static enum verdict
on_headers(void *session)
{
	const struct message *m = session;

	for (size_t i = 0; i < m->headers.count; i++)
		sb_addf(&seen.header, "[%.*s|%.*s]",
			STR_ARG(m->headers.fields[i].name),
			STR_ARG(m->headers.fields[i].value));
	return VERDICT_CONTINUE;
}

static enum verdict
on_body(void *session, struct str chunk)
{
	(void)session;
	assert_true(chunk.n <= 65535);
	sb_add(&seen.body, chunk);
	return VERDICT_CONTINUE;
}

static enum verdict
on_end(void *session)
{
	(void)session;
	seen.ends++;
	return VERDICT_CONTINUE;
}

static const struct filter recorder = {
	.name = "recorder",
	.direction = INBOUND,
	.events = EVENT_HEADERS | EVENT_BODY,
	.begin = begin,
	.headers = on_headers,
	.body = on_body,
	.end = on_end,
};

static const struct filter *const filters[] = { &recorder, NULL };
static const struct program program = { "test", "", filters };

/* Feed text; the result of feed_message. */
static int
feed(struct arena *arena, struct str text)
{
	struct conf_errors errors = { .arena = arena };
	struct connect_facts connect = { .client = { .family = IP_NONE } };
	struct mail_facts mail = { .from = STR("a@example.org") };
	struct snapshot *snapshot;
	struct pipeline *pipeline;
	enum verdict verdict;
	FILE *in = fmemopen((void *)text.p, text.n > 0 ? text.n : 1, "r");
	int err;

	if (text.n == 0)
		fgetc(in);
	seen = (struct seen){ sb_new(arena), sb_new(arena), 0 };
	assert_int_equal(
		snapshot_load(&program, NULL, NULL, &errors, &snapshot), 0);
	pipeline = pipeline_new(snapshot);
	pipeline_connect(pipeline, &connect);
	pipeline_mail(pipeline, &mail);
	err = feed_message(pipeline, in, &verdict);
	pipeline_free(pipeline);
	snapshot_unref(snapshot);
	fclose(in);
	return err;
}

static const struct row {
	const char *what;
	struct str text;
	int err;
	const char *header;
	const char *body;
} rows[] = {
	{ "LF", STR("A: 1\nB: 2\n\nx\ny\n"), 0, "[A| 1][B| 2]",
		"x\r\ny\r\n" },
	{ "CRLF", STR("A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n"), 0, "[A| 1][B| 2]",
		"x\r\ny\r\n" },
	{ "folds stay, as LF", STR("A: 1\r\n\t2\n 3\n\nx"), 0,
		"[A| 1\n\t2\n 3]", "x" },
	{ "no leading space", STR("A:1\n\n"), 0, "[A|1]", "" },
	{ "space before the colon", STR("A : 1\n\n"), 0, "[A| 1]", "" },
	{ "mbox line", STR("From x@y Mon\nA: 1\n\n"), 0, "[A| 1]", "" },
	{ "mbox line only on top", STR("A: 1\nFrom x@y\n\n"), ERR_SYNTAX,
		NULL, NULL },
	{ "header only", STR("A: 1\n"), 0, "[A| 1]", "" },
	{ "header without line end", STR("A: 1"), 0, "[A| 1]", "" },
	{ "body without line end", STR("A: 1\n\nx"), 0, "[A| 1]", "x" },
	{ "CR in the body", STR("A: 1\n\nx\ry\r\n"), 0, "[A| 1]",
		"x\ry\r\n" },
	{ "CR at the very end", STR("A: 1\n\nx\r"), 0, "[A| 1]", "x\r" },
	{ "no header", STR("\nbody\n"), 0, "", "body\r\n" },
	{ "nothing", STR(""), 0, "", "" },
	{ "no colon", STR("A: 1\nnonsense\n\n"), ERR_SYNTAX, NULL, NULL },
	{ "no name", STR(": 1\n\n"), ERR_SYNTAX, NULL, NULL },
	{ "a fold first", STR(" A: 1\n\n"), 0, "[A| 1]", "" },
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new(0);

		print_message("# %s\n", row->what);
		assert_int_equal(feed(arena, row->text), row->err);
		if (row->err == 0) {
			assert_string_equal(
				sb_done(&seen.header).p, row->header);
			assert_string_equal(sb_done(&seen.body).p, row->body);
			assert_int_equal(seen.ends, 1);
		} else {
			assert_int_equal(seen.ends, 0);
		}
		arena_free(arena);
	}
}

/* A body over several chunks arrives whole and in order. */
static void
test_long_body(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf text = sb_new(arena), wanted = sb_new(arena);

	(void)state;
	sb_addz(&text, "A: 1\n\n");
	for (int i = 0; i < 30000; i++) {
		sb_addf(&text, "line %d\n", i);
		sb_addf(&wanted, "line %d\r\n", i);
	}
	assert_int_equal(feed(arena, sb_done(&text)), 0);
	assert_true(str_eq(sb_done(&seen.body), sb_done(&wanted)));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_long_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
