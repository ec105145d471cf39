/* Forgetting, but nothing that is still needed. */
#include "unit/report/fixture.h"

#include "report/expire.h"
#include "report/import.h"
#include "report/message.h"

static void
rows(void **state)
{
	struct expire_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (int day = 1; day <= 40; day++) {
		struct line line = fixture_line(&f, LINE_JSON("1",
			"192.0.2.1", ""));

		line.time = NOW - day * SECONDS_PER_DAY;
		assert_int_equal(message_count(f.r.store, f.r.arena, &line),
			0);
	}
	assert_int_equal(expire_all(&f.r, &counts), 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM tuples"),
		29);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM policies"),
		29);
	assert_int_equal(counts.rows, 22);
	fixture_close(&f);
}

static void
files(void **state)
{
	static const char text[] = LINE_JSON(YESTERDAYS, "192.0.2.1", "") "\n";
	struct expire_counts counts;
	struct import_counts imported;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, "dmarc/2026111800.jsonl", STR(text));
	fixture_write(&f, "dmarc/2026112500.jsonl", STR(text));
	fixture_write(&f, "failure/2026111800.jsonl", STR(text));
	assert_int_equal(import_all(&f.r, &imported), 0);
	/* Not imported, and grown since. */
	fixture_write(&f, "dmarc/2026111801.jsonl", STR(text));
	fixture_write(&f, "failure/2026111802.jsonl", STR(text));
	assert_int_equal(expire_all(&f.r, &counts), 0);
	assert_int_equal(counts.files, 2);
	assert_int_equal(access(fixture_path(&f, "dmarc/2026111800.jsonl"),
		F_OK), -1);
	assert_int_equal(access(fixture_path(&f, "failure/2026111800.jsonl"),
		F_OK), -1);
	assert_int_equal(access(fixture_path(&f, "dmarc/2026112500.jsonl"),
		F_OK), 0);
	assert_int_equal(access(fixture_path(&f, "dmarc/2026111801.jsonl"),
		F_OK), 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM files"), 1);
	fixture_close(&f);
}

#define LINE LINE_JSON(YESTERDAYS, "192.0.2.1", "") "\n"

/* A file that cannot go is not imported again when its rows are forgotten. */
static void
file_that_stays(void **state)
{
	struct expire_counts counts;
	struct import_counts imported;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, "dmarc/2026112500.jsonl", STR(LINE));
	assert_int_equal(import_all(&f.r, &imported), 0);
	/* Larger than what is imported: more to come. */
	fixture_write(&f, "dmarc/2026112500.jsonl", STR(LINE "x"));
	f.r.now += 100 * SECONDS_PER_DAY;
	assert_int_equal(expire_all(&f.r, &counts), 0);
	assert_int_equal(counts.files, 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM tuples"), 0);
	assert_int_equal(import_all(&f.r, &imported), 0);
	assert_int_equal(imported.lines, 0);
	assert_int_equal(imported.aside, 1);
	assert_int_equal(expire_all(&f.r, &counts), 0);
	assert_int_equal(counts.files, 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM files"), 0);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(files),
		cmocka_unit_test(file_that_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
