/* The files, and everything that is wrong with them. */
#include "unit/base/conf_fixture.h"

#include "base/conf_files.h"

static struct arena *arena;
static struct conf_errors errors;
static struct conf *conf;

static int
load(struct str text)
{
	const struct conf_source source = { conf_path, foreign_sections, NULL };

	conf_file(NULL, text);
	arena_free(arena);
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	conf = NULL;
	return conf_load(arena, &source, both, &errors, &conf);
}

static int
teardown(void **state)
{
	arena_free(arena);
	arena = NULL;
	return conf_teardown(state);
}

static bool
has_error(unsigned line, const char *what)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s:%u: ", conf_path, line);
	for (size_t i = 0; i < errors.count; i++)
		if (str_istarts(str_of(errors.texts[i]), sb_done(&sb)) &&
			strstr(errors.texts[i], what) != NULL)
			return true;
	return false;
}

#define TEXT_50 "0123456789abcdefghij0123456789abcdefghij0123456789"
#define TEXT_190 TEXT_50 TEXT_50 TEXT_50 \
	"0123456789abcdefghij0123456789abcdefghij"

static const struct {
	struct str file;
	unsigned line;
	const char *what;
} bad[] = {
	{ STR("[first]\nnonsense = 1\n"), 2, "nonsense" },
	{ STR("[first]\n\n; c\nNumber = 1\n"), 4, "Number" },
	{ STR("[first]\nnumber2 = 1\n"), 2, "number2" },
	{ STR("[frist]\nnumber = 1\n"), 1, "frist" },
	{ STR("[First]\nnumber = 1\n"), 1, "First" },
	{ STR("[]\nnumber = 1\n"), 2, "" },
	{ STR("[first]\n\n[frist]\n; number = 1\n"), 3, "frist" },
	{ STR("[first]\nnumber = 5\n\n [frist]\n"), 2, "number" },
	{ STR("[ first ]\n"), 1, "[ first ]" },
	{ STR("[]\n"), 1, "[]" },
	{ STR("number = 1\n"), 1, "number" },
	{ STR("\n\n  number = 1\n"), 3, "number" },
	{ STR("[first]\nnumber\n"), 2, "" },
	{ STR("[first\nnumber = 1\n"), 1, "" },
	{ STR("[first]\nnumber = 5\n= 7\n"), 3, "" },
	{ STR("[first]\nnumber = 0\n"), 2, "number" },
	{ STR("[first]\nnumber = 100\n"), 2, "from 1 to 99" },
	{ STR("[first]\nnumber =\n"), 2, "number" },
	{ STR("[first]\nnumber = 5 5\n"), 2, "number" },
	{ STR("[first]\nnumber = \"5\"\n"), 2, "number" },
	{ STR("[first]\nflag = maybe\n"), 2, "flag" },
	{ STR("[first]\nflag =\n"), 2, "flag" },
	{ STR("[first]\ndelay = 10s\n"), 2, "delay" },
	{ STR("[first]\ndelay = soon\n"), 2, "delay" },
	{ STR("[first]\nchoice = perhaps\n"), 2, "choice" },
	{ STR("[first]\nchoice =\n"), 2, "choice" },
	{ STR("[first]\nnets = 10.0.0.0/8, 10/8\n"), 2, "nets" },
	{ STR("[first]\nnets = 10.0.0.0/8\n  192.0.2.0/33\n"), 2, "nets" },
	{ STR("[first]\nnets = localhost # c\n"), 2, "nets" },
	{ STR("[first]\nfile = etc/x\n"), 2, "file" },
	{ STR("[first]\nnumber = 5\n\nnumber = 6\n"), 4, "already set" },
	{ STR("[first]\nnumber = 5\nnumber = 5\n"), 3, "t.conf:2" },
	{ STR("[first]\nnumber = 5\n[second]\nnumber = 5\n[first]\n"
	      "number = 5\n"), 6, "already set" },
	{ STR("[first]\nnumber = 5\r\nchoice = x\r\n"), 3, "choice" },
	{ STR("\xef\xbb\xbf[first]\nnumber = x\n"), 2, "number" },
	{ STR("[first]\nnumber = x"), 2, "number" },
	{ STR("[other]\nx = y\n[first]\nx = y\n"), 4, "\"x\"" },
	{ STR("\xff\xfe[\0f\0i\0r\0s\0t\0]\0\n\0"), 1, "" },
	{ STR("[first]\ntext = a\0b\n"), 2, "" },
	{ STR("[first]\nnumber = 5\0" "6\n"), 2, "" },
	{ STR("[first]\n\0number = 5\n"), 2, "" },
	{ STR("[first]\ntext = 0123456789" TEXT_190 "\n"), 2, "line" },
	{ STR("[first]\n; 0123456789" TEXT_190 TEXT_190 "\n"), 2, "line" },
	{ STR("[first]\ntext = \0 0123456789" TEXT_190 "\n"), 2, "" },
};

static void
one_error(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		int err = load(bad[i].file);

		if (err == ERR_CONFIG && conf == NULL &&
			has_error(bad[i].line, bad[i].what))
			continue;
		print_error("row %zu: %d, %zu errors: %s\n", i, err,
			errors.count, errors.count ? errors.texts[0] : "");
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* Lines of exactly the length that is possible, and one more. */
static void
long_lines(void **state)
{
	(void)state;
	for (size_t n = 150; n < 260; n++) {
		struct strbuf sb = sb_new(arena = arena_new(0));
		char text[300] = "", eol;

		memset(text, 'x', n - 7);
		for (int crlf = 0; crlf < 3; crlf++) {
			sb = sb_new(arena);
			eol = "\n\r-"[crlf];
			sb_addf(&sb, "[first]\ntext = %s%s", text,
				eol == '\n' ? "\n" : eol == '\r' ? "\r\n" : "");
			if (load(sb_done(&sb)) == 0)
				assert_string_equal(((const struct values *)
					conf_get(conf, "first"))->text, text);
			else
				assert_true(has_error(2, "line"));
			/* 198 bytes are within what inih can take. */
			assert_int_equal(errors.count > 0,
				n + (eol == '\r') > 198);
			arena_free(arena);
			arena = arena_new(0);
		}
		arena_free(arena);
		arena = NULL;
	}
}

static void
many_errors(void **state)
{
	(void)state;
	assert_int_equal(load(STR("zero = 1\n[first]\nnumber = x\n"
		"flag = x\nnonsense = x\ndelay = x\nchoice = x\nnets = x\n"
		"file = x\n[frist]\na = b\n[second]\nnumber = y\n"
		"number = 7\n")), ERR_CONFIG);
	assert_int_equal(errors.count, 11);
	for (size_t i = 0; i < errors.count; i++) {
		static const unsigned lines[] = { 1, 3, 4, 5, 6, 7, 8, 9, 10,
			13, 14 };
		struct strbuf sb = sb_new(arena);

		sb_addf(&sb, "%s:%u: ", conf_path, lines[i]);
		assert_row(i, str_istarts(str_of(errors.texts[i]),
			sb_done(&sb)));
	}
}

/* "All are collected", lines that are no INI among them. */
static void
many_garbage_lines(void **state)
{
	(void)state;
	assert_int_equal(load(STR("[first]\ngarbage\nnumber = 0\n"
		"more garbage\n[second\n")), ERR_CONFIG);
	assert_true(has_error(2, ""));
	assert_true(has_error(3, "number"));
	assert_true(has_error(4, ""));
	assert_true(has_error(5, ""));
}

/* What stands behind a section would be lost. */
static void
behind_a_section(void **state)
{
	(void)state;
	assert_int_equal(load(STR("[first] number = 5\n")), ERR_CONFIG);
	assert_true(has_error(1, "behind"));
	assert_int_equal(load(STR("[first]number = 5\n")), ERR_CONFIG);
	assert_int_equal(load(STR("[first]] \n")), ERR_CONFIG);
	assert_int_equal(load(STR("[first]  # c\n")), 0);
}

/* An invalid value on several lines is one error, at its key. */
static void
invalid_continued_value(void **state)
{
	(void)state;
	assert_int_equal(load(STR("[first]\nnets = ::1\n  x\n  y\n")),
		ERR_CONFIG);
	assert_int_equal(errors.count, 1);
	assert_true(has_error(2, "nets"));
}

/* A drop-in that cannot be read does not hide what is wrong in the next. */
static void
drop_in_errors_are_collected(void **state)
{
	char name[100];

	(void)state;
	snprintf(name, sizeof(name), "%s.d/1.conf", conf_path);
	assert_int_equal(symlink("/nonexistent", name), 0);
	conf_file("2.conf", STR("[first]\nnumber = x\n"));
	assert_int_equal(load(STR("")), ERR_CONFIG);
	assert_int_equal(errors.count, 2);
	assert_non_null(strstr(errors.texts[1], "2.conf:2: number"));
}

/* Nobody writes into a pipe that stands where a file should. */
static void
pipes_are_refused(void **state)
{
	char name[100];

	(void)state;
	snprintf(name, sizeof(name), "%s.d/1.conf", conf_path);
	assert_int_equal(mkfifo(name, 0600), 0);
	alarm(10);
	assert_int_equal(load(STR("")), ERR_CONFIG);
	alarm(0);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.texts[0],
		"/1.conf: not a regular file"));
}

/* A configuration is PATH, PATH.d or both. */
static void
drop_ins_alone(void **state)
{
	const struct conf_source source = { conf_path, foreign_sections, NULL };
	char name[100];

	(void)state;
	conf_file("1.conf", STR("[first]\nnumber = 9\n"));
	assert_int_equal(load(STR("")), 0);
	assert_ptr_equal(conf_find(conf_path), conf_path);
	unlink(conf_path);
	assert_ptr_equal(conf_find(conf_path), conf_path);
	assert_int_equal(0, conf_load(arena, &source, both, &errors, &conf));
	assert_int_equal(9, ((const struct values *)
		conf_get(conf, "first"))->number);
	snprintf(name, sizeof(name), "%s.d/1.conf", conf_path);
	unlink(name);
	assert_int_equal(0, conf_load(arena, &source, both, &errors, &conf));
	*strrchr(name, '/') = '\0';
	rmdir(name);
	assert_null(conf_find(conf_path));
	assert_int_equal(ERR_CONFIG,
		conf_load(arena, &source, both, &errors, &conf));
	assert_non_null(strstr(errors.texts[0], "No such file"));
}

/* A thousand errors are a thousand errors. */
static void
a_thousand_errors(void **state)
{
	struct arena *scratch = arena_new(0);
	struct strbuf sb = sb_new(scratch);

	(void)state;
	sb_addz(&sb, "[first]\n");
	for (int i = 0; i < 1000; i++)
		sb_addf(&sb, "key%d = x\n", i);
	assert_int_equal(load(sb_done(&sb)), ERR_CONFIG);
	assert_int_equal(errors.count, 1000);
	assert_true(has_error(1001, "key999"));
	arena_free(scratch);
}

static void
no_file(void **state)
{
	const struct conf_source absent = { "/nonexistent/x", NULL, NULL };
	const struct conf_source folder = { "/tmp", NULL, NULL };

	(void)state;
	load(STR(""));
	assert_int_equal(conf_load(arena, &absent, both, &errors, &conf),
		ERR_CONFIG);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.texts[0], "/nonexistent/x: No such"));
	assert_int_equal(conf_load(arena, &folder, both, &errors, &conf),
		ERR_CONFIG);
	assert_non_null(strstr(errors.texts[1], "/tmp: not a regular file"));
}

/* No foreign sections: every other section is an error. */
static void
no_foreign(void **state)
{
	const struct conf_source source = { conf_path, NULL, NULL };

	(void)state;
	assert_int_equal(load(STR("[other]\nx = y\n")), 0);
	assert_int_equal(conf_load(arena, &source, both, &errors, &conf),
		ERR_CONFIG);
	assert_true(has_error(1, "other"));
}

/* A key longer than inih keeps is not taken for its first part. */
static void
long_names(void **state)
{
	(void)state;
	assert_int_equal(load(STR("[first]\nnumber" TEXT_50 " = 1\n")),
		ERR_CONFIG);
	assert_int_equal(load(STR("[first" TEXT_50 "]\nnumber = 1\n")),
		ERR_CONFIG);
}

static void
errors_by_hand(void **state)
{
	char big[2000];

	(void)state;
	load(STR(""));
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	conf_error(&errors, "f:1", "%s is %d", "it", 5);
	conf_error(&errors, "f:2", "%s", big);
	conf_error(&errors, "f:3", "%s", "%n");
	assert_int_equal(errors.count, 3);
	assert_string_equal(errors.texts[0], "f:1: it is 5");
	assert_true(str_istarts(str_of(errors.texts[1]), STR("f:2: xxxx")));
	assert_string_equal(errors.texts[2], "f:3: %n");
}

/* What does not fit into memory is counted, and nothing is half taken. */
static void
without_memory(void **state)
{
	const struct conf_source source = { conf_path, foreign_sections, NULL };
	int seen[3] = { 0 };

	(void)state;
	conf_file(NULL, STR("[first]\ntext = a\n  b\nnets = ::1, 10.0.0.0/8\n"
		"words = a b c d e f g h i j k l\n"));
	conf_file("1.conf", STR("[second]\ntext = c\nnumber = 5\n"));
	for (size_t limit = 1; limit < 12000; limit += 13) {
		struct arena *small = arena_new(limit);
		struct conf_errors e = { .arena = small };
		struct conf *c = NULL;
		int err = conf_load(small, &source, both, &e, &c);

		seen[err == 0 ? 0 : err == ERR_NOMEM ? 1 : 2]++;
		assert_int_equal(c != NULL, err == 0);
		assert_int_equal(e.count, 0);
		if (err == 0) {
			const struct values *v = conf_get(c, "first");

			assert_string_equal(v->text, "a b");
			assert_int_equal(v->nets.count, 2);
			assert_int_equal(v->words.count, 12);
			v = conf_get(c, "second");
			assert_string_equal(v->text, "c");
			assert_int_equal(v->number, 5);
		}
		arena_free(small);
	}
	assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] == 0);
}

/* An error that cannot be said still refuses the configuration. */
static void
errors_without_memory(void **state)
{
	(void)state;
	conf_file(NULL, STR("[first]\nnumber = 1\nbad = x\nnumber = 2\n"));
	for (size_t limit = 1; limit < 4000; limit += 3) {
		const struct conf_source source = { conf_path, NULL, NULL };
		struct arena *big = arena_new(0), *small = arena_new(limit);
		struct conf_errors e = { .arena = small };
		struct conf *c = NULL;

		assert_int_equal(conf_load(big, &source, both, &e, &c),
			ERR_CONFIG);
		assert_null(c);
		assert_int_equal(e.count + e.lost, 2);
		for (size_t i = 0; i < e.count; i++)
			assert_non_null(strstr(e.texts[i], "t.conf:"));
		arena_free(small);
		arena_free(big);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, conf_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_error),
		TEST(long_lines),
		TEST(many_errors),
		TEST(many_garbage_lines),
		TEST(behind_a_section),
		TEST(invalid_continued_value),
		TEST(drop_in_errors_are_collected),
		TEST(pipes_are_refused),
		TEST(drop_ins_alone),
		TEST(a_thousand_errors),
		TEST(no_file),
		TEST(no_foreign),
		TEST(long_names),
		TEST(errors_by_hand),
		TEST(without_memory),
		TEST(errors_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
