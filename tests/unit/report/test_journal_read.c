/* The files of the journal, and their lines. */
#include "unit/report/fixture.h"

#include "report/journal_read.h"

static void
names(void **state)
{
	static const char *const others[] = { "2026112599.jsonl",
		"2026023001.jsonl", "202611250.jsonl", "2026112501.json",
		"x026112501.jsonl", "2026112501.jsonl.tmp", ".hidden",
		"2026130101.jsonl" };
	struct journal_files files;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(others); i++)
		fixture_write(&f, others[i], STR(""));
	fixture_write(&f, "2026112523.jsonl", STR(""));
	fixture_write(&f, "2026112501.jsonl", STR(""));
	fixture_write(&f, "2026022901.jsonl", STR(""));
	fixture_write(&f, "2024022901.jsonl", STR(""));
	assert_int_equal(journal_list(f.r.arena, f.directory, NOW, &files), 0);
	assert_int_equal(files.count, 3);
	assert_str(files.list[0].name, "2024022901.jsonl");
	assert_str(files.list[1].name, "2026112501.jsonl");
	assert_int_equal(files.list[1].hour, YESTERDAY + 3600);
	assert_str(files.list[2].name, "2026112523.jsonl");
	fixture_close(&f);
}

/* An hour is open until five minutes after its end. */
static void
closed_hours(void **state)
{
	const int64_t end = TODAY + 300;
	struct journal_files files;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, "2026112523.jsonl", STR(""));
	assert_int_equal(journal_list(f.r.arena, f.directory, end - 1, &files),
		0);
	assert_int_equal(files.count, 0);
	assert_int_equal(journal_list(f.r.arena, f.directory, end, &files), 0);
	assert_int_equal(files.count, 1);
	assert_int_equal(journal_list(f.r.arena, "/no/where", end, &files),
		ERR_IO);
	fixture_close(&f);
}

static struct journal_reader *
open_text(struct fixture *f, struct str text, int64_t position)
{
	struct journal_reader *reader;

	fixture_write(f, "text", text);
	assert_int_equal(journal_open(f->r.arena, fixture_path(f, "text"),
		position, &reader), 0);
	return reader;
}

static void
lines(void **state)
{
	static const struct {
		const char *text;
		int64_t position;
	} wanted[] = { { "one", 0 }, { "", 4 }, { "three", 5 },
		{ "broken", 11 } };
	struct journal_reader *reader;
	struct fixture f;
	struct str line;
	bool cut;

	(void)state;
	fixture_open(&f, "");
	reader = open_text(&f, STR("one\n\nthree\nbroken"), 0);
	for (size_t i = 0; i < COUNT(wanted); i++) {
		assert_row(i, journal_position(reader) == wanted[i].position);
		assert_row(i, journal_next(reader, &line, &cut) == 1);
		assert_false(cut);
		assert_row(i, str_eq(line, str_of(wanted[i].text)));
	}
	assert_int_equal(journal_position(reader), 17);
	assert_int_equal(journal_next(reader, &line, &cut), 0);
	journal_close(reader);
	reader = open_text(&f, STR("one\n\nthree\n"), 5);
	assert_int_equal(journal_next(reader, &line, &cut), 1);
	assert_str(line, "three");
	assert_int_equal(journal_next(reader, &line, &cut), 0);
	assert_int_equal(journal_position(reader), 11);
	journal_close(reader);
	fixture_close(&f);
}

/* Around the longest line, and one of several buffers. */
static void
long_lines(void **state)
{
	static const size_t sizes[] = { JOURNAL_LINE_MAX - 1, JOURNAL_LINE_MAX,
		JOURNAL_LINE_MAX + 1, 3 * JOURNAL_LINE_MAX + 7 };
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct strbuf sb = sb_new(f.r.arena);
		struct journal_reader *reader;
		struct str line;
		bool cut;

		for (size_t n = 0; n < sizes[i]; n++)
			sb_addc(&sb, 'x');
		sb_addz(&sb, "\nnext\n");
		reader = open_text(&f, sb_done(&sb), 0);
		assert_row(i, journal_next(reader, &line, &cut) == 1);
		assert_row(i, cut == (sizes[i] > JOURNAL_LINE_MAX));
		assert_row(i, cut ? line.n == 1024 : line.n == sizes[i]);
		assert_row(i, journal_position(reader) ==
			(int64_t)sizes[i] + 1);
		assert_row(i, journal_next(reader, &line, &cut) == 1);
		assert_row(i, str_eq(line, STR("next")) && !cut);
		assert_row(i, journal_next(reader, &line, &cut) == 0);
		journal_close(reader);
	}
	fixture_close(&f);
}

static void
not_files(void **state)
{
	struct journal_reader *reader;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	fixture_write(&f, "file", STR("x\n"));
	assert_int_equal(symlink("file", fixture_path(&f, "link")), 0);
	assert_int_equal(mkfifo(fixture_path(&f, "fifo"), 0600), 0);
	assert_int_equal(journal_open(f.r.arena, fixture_path(&f, "link"), 0,
		&reader), ERR_IO);
	assert_int_equal(journal_open(f.r.arena, fixture_path(&f, "fifo"), 0,
		&reader), ERR_IO);
	assert_int_equal(journal_open(f.r.arena, f.directory, 0, &reader),
		ERR_IO);
	assert_int_equal(journal_open(f.r.arena, fixture_path(&f, "none"), 0,
		&reader), ERR_IO);
	assert_int_equal(journal_size(fixture_path(&f, "file")), 2);
	assert_int_equal(journal_size(fixture_path(&f, "none")), 0);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(closed_hours),
		cmocka_unit_test(lines),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(not_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
