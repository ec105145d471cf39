/* Lists in values and in files. */
#include "unit/base/check.h"

#include "base/listfile.h"

static char path[] = "/tmp/mailvet-list-XXXXXX";

/* Collects "a|b|c|"; "bad…" is not taken, "full" is no memory. */
static int
take(void *arg, struct str item)
{
	struct strbuf *sb = arg;

	if (str_istarts(item, STR("bad")))
		return ERR_SYNTAX;
	if (str_eq(item, STR("full")))
		return ERR_NOMEM;
	sb_add(sb, item);
	sb_addc(sb, '|');
	return 0;
}

static const struct {
	const char *file;
	const char *items[4]; /* "@" is the file */
	const char *taken;
	int err;
	const char *errors[3];
} rows[] = {
	{ "", { NULL }, "", 0, { NULL } },
	{ "", { "a", "b" }, "a|b|", 0, { NULL } },
	{ "x\ny\n", { "a", "@", "b" }, "a|x|y|b|", 0, { NULL } },
	{ "", { "@" }, "", 0, { NULL } },
	{ "x", { "@" }, "x|", 0, { NULL } },
	{ "\n\r\n  x \r\n\ty\t\n# z\n  # z\n#\n", { "@" }, "x|y|", 0,
		{ NULL } },
	{ "x # c\nx#y\nx\t#c # d\n", { "@" }, "x|x#y|x|", 0, { NULL } },
	{ "x y\n/etc/passwd\n", { "@" }, "x y|/etc/passwd|", 0, { NULL } },
	{ "", { "a", "bad", "b", "bad2" }, "a|b|", ERR_CONFIG,
		{ "HERE:3: \"bad\" is not good",
		  "HERE:3: \"bad2\" is not good" } },
	{ "x\n\nbad # why\ny\nbad2", { "@" }, "x|y|", ERR_CONFIG,
		{ "@:3: \"bad\" is not good", "@:5: \"bad2\" is not good" } },
	{ "", { "/nonexistent/x", "a" }, "a|", ERR_CONFIG,
		{ "HERE:3: list /nonexistent/x: No such file or directory" } },
	{ "", { "/tmp" }, "", ERR_CONFIG,
		{ "HERE:3: list /tmp: not a regular file" } },
	{ "", { "bad", "full", "bad" }, "", ERR_NOMEM,
		{ "HERE:3: \"bad\" is not good",
		  "HERE:3: \"bad\" is not good" } },
};

/* The text with the file's path for a leading "@". */
static const char *
with_path(const char *text)
{
	static char buf[200];

	snprintf(buf, sizeof(buf), "%s%s", *text == '@' ? path : "",
		*text == '@' ? text + 1 : text);
	return buf;
}

static void
check_row(size_t row)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	struct strbuf sb = sb_new(arena);
	const struct list_taker taker = { take, &sb, "good" };
	struct str items[4];
	struct conf_list words = { items, 0 };
	size_t complaints = 0;

	write_file(path, str_of(rows[row].file), 0600);
	sb_addz(&sb, "");
	for (; words.count < 4 && rows[row].items[words.count]; words.count++)
		items[words.count] = arena_copy(arena,
			str_of(with_path(rows[row].items[words.count])));
	assert_row(row, listfile_read(&words, "HERE:3", &errors, &taker) ==
		rows[row].err);
	assert_str(sb_done(&sb), rows[row].taken);
	for (; complaints < 3 && rows[row].errors[complaints]; complaints++)
		assert_string_equal(errors.texts[complaints],
			with_path(rows[row].errors[complaints]));
	assert_row(row, errors.count == complaints);
	arena_free(arena);
}

static void
reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(i);
}

static void
long_items_are_cut_in_complaints(void **state)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	struct strbuf sb = sb_new(arena);
	const struct list_taker taker = { take, &sb, "good" };
	static char text[100000];
	struct str item = { text, sizeof(text) };

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "bad", 3);
	assert_int_equal(listfile_read(&(struct conf_list){ &item, 1 }, "W",
		&errors, &taker), ERR_CONFIG);
	assert_true(strlen(errors.texts[0]) < 200);
	arena_free(arena);
}

/* Nobody writes into a pipe that is taken for a list. */
static void
pipe_is_no_list(void **state)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	const struct list_taker taker = { take, NULL, "good" };
	char fifo[sizeof(path) + 8];
	struct str item;

	(void)state;
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	item = str_of(fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	alarm(10);
	assert_int_equal(listfile_read(&(struct conf_list){ &item, 1 }, "W",
		&errors, &taker), ERR_CONFIG);
	alarm(0);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.texts[0], "not a regular file"));
	unlink(fifo);
	arena_free(arena);
}

/* Anybody could make himself exempt. */
static void
writable_is_no_list(void **state)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	struct strbuf sb = sb_new(arena);
	const struct list_taker taker = { take, &sb, "good" };
	struct str item = str_of(path);

	(void)state;
	write_file(path, STR("x\n"), 0646);
	assert_int_equal(listfile_read(&(struct conf_list){ &item, 1 }, "W",
		&errors, &taker), ERR_CONFIG);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.texts[0], "W: list /tmp/"));
	assert_non_null(strstr(errors.texts[0], "written by all users"));
	arena_free(arena);
}

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(pipe_is_no_list),
		cmocka_unit_test(writable_is_no_list),
		cmocka_unit_test(long_items_are_cut_in_complaints),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
