#include "sign/table.h"
#include "unit/sign/support.h"

#include <sys/stat.h>

static struct arena *arena;
static struct conf_errors errors;
static struct table_source source;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	source = (struct table_source){ arena, &errors, "", "c:1" };
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
test_lines(void **state)
{
	struct table table = { .lines = NULL };

	(void)state;
	assert_int_equal(0,
		table_parse(&source, "/t",
			STR("# a comment\n"
			    "\n"
			    "key value\n"
			    "  \tk2\t \tvalue with blanks \t# comment\r\n"
			    "last line"),
			&table));
	assert_int_equal(3, table.count);
	assert_str(table.lines[0].key, "key");
	assert_str(table.lines[0].value, "value");
	assert_string_equal("/t:3", table.lines[0].where);
	assert_str(table.lines[1].key, "k2");
	assert_str(table.lines[1].value, "value with blanks");
	assert_string_equal("/t:4", table.lines[1].where);
	assert_str(table.lines[2].key, "last");
}

/* Each bad line is told; the good ones are there. */
static void
test_bad_lines(void **state)
{
	struct table table = { .lines = NULL };

	(void)state;
	assert_int_equal(ERR_CONFIG,
		table_parse(&source, "/t",
			STR("key\na b\nk\0 v\nnext # value\n"), &table));
	assert_int_equal(1, table.count);
	assert_int_equal(3, errors.count);
	assert_non_null(strstr(errors.texts[0], "/t:1: not a line of the"));
	assert_non_null(strstr(errors.texts[1], "/t:3: "));
	assert_non_null(strstr(errors.texts[2], "/t:4: "));
}

static void
test_many(void **state)
{
	struct strbuf sb = sb_new(arena);
	struct table table = { .lines = NULL };

	(void)state;
	for (int i = 0; i < 1000; i++)
		sb_addf(&sb, "k%d v%d\n", i, i);
	assert_int_equal(0, table_parse(&source, "/t", sb_done(&sb), &table));
	assert_int_equal(1000, table.count);
	assert_str(table.lines[999].value, "v999");
}

static int
read_from(const char *prefix, const char *path, struct table *table)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s%s", prefix, path);
	source.text = sb_done(&sb).p;
	return table_read(&source, table);
}

static void
test_files(void **state)
{
	struct table table;
	char path[64];

	(void)state;
	write_text(path, "k v\n");
	assert_int_equal(0, read_from("", path, &table));
	assert_false(table.patterns);
	assert_int_equal(0, read_from("file:", path, &table));
	assert_false(table.patterns);
	assert_int_equal(0, read_from("refile:", path, &table));
	assert_true(table.patterns);
	assert_int_equal(1, table.count);
	chmod(path, 0666);
	assert_int_equal(ERR_CONFIG, read_from("", path, &table));
	assert_non_null(strstr(errors.texts[0], "written by all users"));
	unlink(path);
	/* Nobody writes into a pipe that is taken for a table. */
	assert_int_equal(0, mkfifo(path, 0600));
	alarm(10);
	assert_int_equal(ERR_CONFIG, read_from("", path, &table));
	alarm(0);
	assert_non_null(strstr(errors.texts[1], "is not a file"));
	unlink(path);
}

static void
test_no_files(void **state)
{
	static const char *const texts[] = { "/no/such", "refile:/no/such",
		"file:relative", "relative", "dsn:mysql://x", "/dev/null",
		"" };
	struct table table;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(ERR_CONFIG, read_from("", texts[i], &table));
		assert_int_equal(i + 1, errors.count);
		assert_non_null(strstr(errors.texts[i], "c:1: "));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_bad_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
