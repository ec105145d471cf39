/* What is written of a message, and when. */
#include "unit/dmarc/directory.h"
#include "unit/dmarc/hour.h"

#include "dmarc/journal.h"

#define RUF "v=DMARC1; p=reject; ruf=mailto:a@x.com"

struct row {
	const char *record;
	enum auth_result result;
	bool spf_aligned, dkim_aligned;
	enum auth_result spf, dkim;
	bool wanted;
};

#define PASS AUTH_PASS
#define FAIL AUTH_FAIL

static const struct row rows[] = {
	/* No fo: all must have failed. */
	{ RUF, FAIL, false, false, PASS, PASS, true },
	{ RUF, PASS, true, false, PASS, FAIL, false },
	{ RUF, PASS, false, true, FAIL, PASS, false },
	{ RUF "; fo=0", FAIL, false, false, PASS, PASS, true },
	/* Any. */
	{ RUF "; fo=1", PASS, true, false, PASS, PASS, true },
	{ RUF "; fo=1", PASS, false, true, PASS, PASS, true },
	{ RUF "; fo=1", PASS, true, true, PASS, PASS, false },
	{ RUF "; fo=1", FAIL, false, false, PASS, PASS, true },
	/* One of them, whatever is aligned. */
	{ RUF "; fo=d", PASS, true, false, FAIL, FAIL, true },
	{ RUF "; fo=d", FAIL, false, false, FAIL, PASS, false },
	{ RUF "; fo=s", PASS, false, true, AUTH_SOFTFAIL, PASS, true },
	{ RUF "; fo=s", FAIL, false, false, PASS, FAIL, false },
	{ RUF "; fo=d:s", PASS, true, false, AUTH_NONE, AUTH_NONE, false },
	{ RUF "; fo=s", PASS, true, false, AUTH_PERMERROR, PASS, true },
	{ RUF "; fo=d:s", PASS, true, true, PASS, PASS, false },
	{ RUF "; fo=0:s", FAIL, false, false, PASS, PASS, true },
	/* Nowhere to send it; a public suffix; nothing known. */
	{ "v=DMARC1; p=reject; fo=1", FAIL, false, false, FAIL, FAIL, false },
	{ "v=DMARC1; p=reject; ruf=https://x.com/", FAIL, false, false, FAIL,
		FAIL, false },
	{ RUF "; psd=y", FAIL, false, false, FAIL, FAIL, false },
	{ RUF "; fo=1", AUTH_TEMPERROR, false, false, AUTH_TEMPERROR, FAIL,
		false },
};

struct test {
	struct directory journal, failure;
	struct connection connection;
	struct message message;
	struct dkim_result sig;
	struct dmarc_record record;
	struct dmarc_settings settings;
	struct arena *snapshot;
	struct fixture dns;
	struct walk *walk;
};

static struct spool_counts counts;

static void
open_test(struct test *t, const struct row *row)
{
	struct message *m = &t->message;

	*t = (struct test){ .message = { .connection = &t->connection,
		.arena = arena_new(0), .authserv_id = STR("mx.test"),
		.queue_id = STR("4711"), .dns.budget = 5000 },
		.sig = { .result = row->dkim, .domain = STR("x.com") },
		.snapshot = arena_new(0) };
	m->results = (struct results){ .spf = { .known = true,
		.mail_from = row->spf, .mail_from_domain = STR("x.com") },
		.dkim = { .known = true, .sigs = &t->sig, .count = 1 },
		.dmarc = { .known = true, .result = row->result,
			.author_domain = STR("x.com"), .has_policy = true,
			.policy_domain = STR("x.com"),
			.spf_aligned = row->spf_aligned,
			.dkim_aligned = row->dkim_aligned } };
	assert_int_equal(record_parse(m->arena, str_of(row->record),
		&t->record), 0);
	directory_make(&t->journal);
	directory_make(&t->failure);
	fixture_open(&t->dns, REC("x.com", "p=none"));
	assert_int_equal(walk_start(&t->dns.scope, NULL, STR("x.com"),
		&t->walk), 0);
	assert_int_equal(spool_open(t->snapshot, t->journal.path, &counts,
		&t->settings.journal), 0);
	assert_int_equal(spool_open(t->snapshot, t->failure.path, &counts,
		&t->settings.failures), 0);
}

static void
close_test(struct test *t)
{
	arena_free(t->snapshot);
	arena_free(t->message.arena);
	directory_remove(&t->journal);
	directory_remove(&t->failure);
	fixture_close(&t->dns);
}

static void
wishes_for_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct test t;

		open_test(&t, &rows[i]);
		if (journal_wants_failure(&t.record, &t.message.results) !=
			rows[i].wanted)
			fail_msg("row %zu: %s", i, rows[i].record);
		close_test(&t);
	}
}

static void
both_lines(void **state)
{
	struct arena *arena = arena_new(0);
	struct test t;
	const char *text;

	(void)state;
	open_test(&t, &rows[0]);
	assert_int_equal(headers_add(&t.message.headers, t.message.arena,
		STR("Subject"), STR(" secret")), 0);
	assert_int_equal(journal_write(&t.settings, &t.message, t.walk,
		&t.record), 0);
	assert_int_equal(t.message.results.dmarc.journal.n, 0);
	/* The first is there already. */
	text = directory_text(&t.journal, arena);
	assert_non_null(strstr(text, "\"id\":\"4711\""));
	assert_null(strstr(text, "secret"));
	arena_free(t.snapshot);
	t.snapshot = NULL;
	text = directory_text(&t.failure, arena);
	assert_non_null(strstr(text, "\"headers\":\"Subject: secret\\n\""));
	assert_non_null(strstr(text, "\"authres\":\"mx.test; spf=pass "
		"smtp.mailfrom=x.com; dkim=pass header.d=x.com; dmarc=fail "
		"header.from=x.com policy.dmarc=none\""));
	close_test(&t);
	arena_free(arena);
}

/* RFC 9991 section 4: of signatures that are aligned and fail, too. */
static void
aligned_failures(void **state)
{
	struct arena *arena = arena_new(0);
	struct test t;

	(void)state;
	open_test(&t, &rows[0]);
	t.sig.result = AUTH_FAIL;
	t.sig.domain = STR("mail.x.com");
	assert_int_equal(journal_write(&t.settings, &t.message, t.walk,
		&t.record), 0);
	arena_free(t.snapshot);
	t.snapshot = NULL;
	assert_non_null(strstr(directory_text(&t.journal, arena),
		"\"aligned\":\"no\""));
	assert_non_null(strstr(directory_text(&t.failure, arena),
		"\"aligned\":\"relaxed\""));
	close_test(&t);
	arena_free(arena);
}

static void
what_is_not_kept(void **state)
{
	struct test t;

	(void)state;
	open_test(&t, &rows[1]);
	assert_int_equal(journal_write(&t.settings, &t.message, t.walk,
		&t.record), 0);
	t.settings.journal = t.settings.failures = NULL;
	assert_int_equal(journal_write(&t.settings, &t.message, t.walk,
		&t.record), 0);
	assert_string_equal(directory_file(&t.failure), "");
	close_test(&t);
}

static void
a_loss_is_noted(void **state)
{
	struct test t;

	(void)state;
	open_test(&t, &rows[0]);
	assert_int_equal(rmdir(t.journal.path), 0);
	assert_int_equal(journal_write(&t.settings, &t.message, t.walk,
		&t.record), 0);
	assert_str(t.message.results.dmarc.journal, "lost");
	assert_int_equal(mkdir(t.journal.path, 0700), 0);
	close_test(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_for_reports),
		cmocka_unit_test(both_lines),
		cmocka_unit_test(aligned_failures),
		cmocka_unit_test(what_is_not_kept),
		cmocka_unit_test(a_loss_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
