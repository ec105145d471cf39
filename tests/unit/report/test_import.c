/* The journal into the database. */
#include "unit/report/fixture.h"

#include "report/import.h"

#define LINE LINE_JSON(YESTERDAYS, "192.0.2.1", "")
#define FILE_NAME "dmarc/2026112507.jsonl"

static struct import_counts
import(struct fixture *f)
{
	struct import_counts counts;

	assert_int_equal(import_all(&f->r, &counts), 0);
	return counts;
}

static int64_t
messages(struct fixture *f)
{
	return fixture_number(f, "SELECT COALESCE(SUM(messages), 0) "
		"FROM tuples");
}

static void
once(void **state)
{
	struct import_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, FILE_NAME, STR(LINE "\n" LINE "\n"));
	counts = import(&f);
	assert_int_equal(counts.lines, 2);
	assert_int_equal(counts.files, 1);
	assert_int_equal(messages(&f), 2);
	counts = import(&f);
	assert_int_equal(counts.lines, 0);
	assert_int_equal(counts.files, 0);
	assert_int_equal(messages(&f), 2);
	assert_int_equal(fixture_number(&f, "SELECT imported FROM hosts"),
		NOW - SECONDS_PER_HOUR);
	fixture_close(&f);
}

/* The host got another name: its journal is not a second one. */
static void
renamed(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, FILE_NAME, STR(LINE "\n"));
	assert_int_equal(import(&f).lines, 1);
	f.settings.host = STR("other.home.example");
	assert_int_equal(import(&f).lines, 0);
	fixture_write(&f, FILE_NAME, STR(LINE "\n" LINE "\n"));
	assert_int_equal(import(&f).lines, 1);
	assert_int_equal(messages(&f), 2);
	assert_str(fixture_text(&f, "SELECT host FROM hosts"),
		"other.home.example");
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM hosts"), 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM files"), 1);
	fixture_close(&f);
}

/* A disk that hung makes a file grow after its hour. */
static void
grown(void **state)
{
	struct import_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, FILE_NAME, STR(LINE "\n"));
	(void)import(&f);
	fixture_write(&f, FILE_NAME, STR(LINE "\n" LINE "\n\n" LINE "\n"));
	counts = import(&f);
	assert_int_equal(counts.lines, 2);
	assert_int_equal(messages(&f), 3);
	fixture_write(&f, FILE_NAME, STR(LINE "\n"));
	counts = import(&f);
	assert_int_equal(counts.lines, 0);
	assert_int_equal(counts.broken, 1);
	fixture_close(&f);
}

static void
set_aside(void **state)
{
	struct import_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, FILE_NAME, STR("{\"v\":2}\n" LINE "\n\0\xff\n"
		"{\"v\":1,\"time\":17955"));
	counts = import(&f);
	assert_int_equal(counts.lines, 1);
	assert_int_equal(counts.aside, 3);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM aside "
		"WHERE reason LIKE '%version%' AND line = x'7b2276223a327d'"),
		1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM aside "
		"WHERE line = x'00ff'"), 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM aside "
		"WHERE CAST(line AS TEXT) = '{\"v\":1,\"time\":17955'"), 1);
	counts = import(&f);
	assert_int_equal(counts.aside, 0);
	fixture_close(&f);
}

/* Lines without an end are lines, if they are whole. */
static void
no_line_end(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, FILE_NAME, STR(LINE "\n" LINE));
	assert_int_equal(import(&f).lines, 2);
	fixture_write(&f, FILE_NAME, STR(LINE "\n" LINE "\n" LINE "\n"));
	assert_int_equal(import(&f).lines, 1);
	assert_int_equal(messages(&f), 3);
	fixture_close(&f);
}

static void
failures(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, "failure/2026112507.jsonl", STR(LINE "\n" LINE "\n"));
	assert_int_equal(import(&f).lines, 2);
	assert_int_equal(messages(&f), 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM incidents"),
		2);
	fixture_close(&f);
}

/* What cannot be read must not look imported: reports wait for it. */
static void
unreadable(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(mkfifo(fixture_path(&f, FILE_NAME), 0600), 0);
	fixture_write(&f, "dmarc/2026112508.jsonl", STR(LINE "\n"));
	assert_int_equal(import(&f).lines, 1);
	assert_int_equal(rmdir(f.dmarc.failure_directory), 0);
	assert_int_equal(import(&f).broken, 0);
	f.dmarc.journal_directory = "/no/where";
	assert_int_equal(import(&f).broken, 1);
	fixture_close(&f);
}

/* Batches are whole: 4001 lines are three. */
static void
many(void **state)
{
	struct fixture f;
	struct strbuf sb;

	(void)state;
	fixture_open(&f, "");
	sb = sb_new(f.r.arena);
	for (int i = 0; i < 4001; i++)
		sb_addz(&sb, LINE "\n");
	fixture_write(&f, FILE_NAME, sb_done(&sb));
	assert_int_equal(import(&f).lines, 4001);
	assert_int_equal(messages(&f), 4001);
	assert_int_equal(fixture_number(&f, "SELECT position FROM files"),
		(int64_t)sb.n);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once),
		cmocka_unit_test(renamed),
		cmocka_unit_test(grown),
		cmocka_unit_test(set_aside),
		cmocka_unit_test(no_line_end),
		cmocka_unit_test(failures),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
