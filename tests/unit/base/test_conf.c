#include "unit/base/conf_fixture.h"

static struct arena *arena;
static struct conf_errors errors;
static struct conf *conf;

static int
load_with(const char *path, const struct conf_setting *settings)
{
	const struct conf_source source = { path, foreign_sections, settings };

	arena_free(arena);
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	conf = NULL;
	return conf_load(arena, &source, both, &errors, &conf);
}

static int
load(struct str text)
{
	conf_file(NULL, text);
	return load_with(conf_path, NULL);
}

static int
teardown(void **state)
{
	arena_free(arena);
	arena = NULL;
	return conf_teardown(state);
}

static const struct values *
first(void)
{
	assert_non_null(conf);
	return conf_get(conf, "first");
}

/* The error number i is at that line of the main file and speaks of what. */
static void
assert_error(size_t i, const char *where, const char *what)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s%s", conf_path, where);
	if (i >= errors.count)
		fail_msg("only %zu errors, none at %s", errors.count, where);
	if (!str_istarts(str_of(errors.texts[i]), sb_done(&sb)) ||
		strstr(errors.texts[i], what) == NULL)
		fail_msg("\"%s\", wanted \"%s ... %s\"", errors.texts[i],
			sb.p, what);
}

/* ---- what is taken ------------------------------------------------------ */

static void
defaults(void **state)
{
	(void)state;
	assert_int_equal(load_with(NULL, NULL), 0);
	for (int i = 0; i < 2; i++) {
		const struct values *v = conf_get(conf, both[i]->name);

		assert_string_equal(v->text, "initial text");
		assert_null(v->file);
		assert_true(v->flag);
		assert_int_equal(v->number, 7);
		assert_int_equal(v->delay, 2000);
		assert_int_equal(v->choice, 1);
		assert_int_equal(v->nets.count, 2);
		assert_int_equal(v->words.count, 2);
	}
	assert_null(conf_get(conf, "other"));
	assert_null(conf_get(conf, ""));
	assert_string_equal(conf_where(conf, "first", "text"), "default");
	assert_string_equal(conf_where(conf, "none", "text"), "default");
	assert_int_equal(load(STR("")), 0);
	assert_int_equal(first()->number, 7);
}

static const struct {
	struct str file;
	const char *text; /* of [first] */
	long number;
} taken[] = {
	{ STR("[first]\ntext = a b\nnumber = 9\n"), "a b", 9 },
	{ STR("[first]\r\ntext = a b\r\nnumber = 9\r\n"), "a b", 9 },
	{ STR("\xef\xbb\xbf[first]\ntext=a b\nnumber=9\n"), "a b", 9 },
	{ STR("\xef\xbb\xbf[first]\r\ntext=a\r\nnumber=9"), "a", 9 },
	{ STR("[first]\ntext = a b\nnumber = 9"), "a b", 9 },
	{ STR("[first]\n\n\n;c\n#c\n  # c\ntext=a ; c\nnumber=9;\n"), NULL, 0 },
	{ STR("[first]\n\n\n;c\n#c\n  # c\ntext=a ; c\nnumber=9 ; c\n"),
		"a", 9 },
	{ STR("[first]\ntext = a # b\n"), "a # b", 7 },
	{ STR("[first]\ntext = a;b\n"), "a;b", 7 },
	{ STR("[first]\ntext = a = b: c\n"), "a = b: c", 7 },
	{ STR("[first]\ntext =\n"), "", 7 },
	{ STR("[first]\ntext = ; c\n"), "", 7 },
	{ STR("[ first ]\ntext = a\n"), NULL, 0 },
	{ STR("[first] ; c\ntext = a\n"), "a", 7 },
	{ STR("[other]\ntext = x\nnonsense = y\n[first]\ntext = a\n"),
		"a", 7 },
	{ STR("[other]\nk = x\n  more\n[first]\ntext = a\n"), "a", 7 },
	{ STR("[second]\ntext = x\n[first]\ntext = a\n"), "a", 7 },
	{ STR("[first]\ntext = a\n[second]\nnumber=5\n[first]\nnumber=9\n"),
		"a", 9 },
	{ STR("[first]\ntext = a\n  b\n\tc\nnumber = 9\n"), "a b c", 9 },
	{ STR("[first]\ntext = a\n  b"), "a b", 7 },
	{ STR("[first]\r\ntext = a\r\n  b\r\n"), "a b", 7 },
	{ STR("[first]\ntext = a\n\n  b\n"), "a b", 7 },
	{ STR("[first]\ntext = a\n; c\n  b\n"), "a b", 7 },
	{ STR("[first]\ntext = a\n  ; c\n  b\n"), "a b", 7 },
	{ STR("[first]\n  text = a\n"), "a", 7 },
	{ STR("[first]\ntext = a\n  [second]\n"), "a [second]", 7 },
	{ STR("[first]\ntext = a\n  number = 9\n"), "a number = 9", 7 },
};

static void
files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(taken); i++) {
		int err = load(taken[i].file);

		if (taken[i].text == NULL) {
			assert_row(i, err == ERR_CONFIG && errors.count > 0);
			continue;
		}
		if (err != 0)
			fail_msg("row %zu: %d %s", i, err, errors.count ?
				errors.texts[0] : "");
		assert_row(i, strcmp(taken[i].text,
			first()->text ? first()->text : "") == 0);
		assert_row(i, first()->number == taken[i].number);
	}
}

/* The continuations of a list, and where the key is said to be. */
static void
continued_list(void **state)
{
	(void)state;
	assert_int_equal(load(STR("\n[first]\nnets = 10.0.0.0/8,\n"
		"  192.0.2.0/24,\n\t2001:db8::/32\n")), 0);
	assert_int_equal(first()->nets.count, 3);
	assert_true(str_iends(str_of(conf_where(conf, "first", "nets")),
		STR("t.conf:3")));
}

/* A value may begin on the line below its key. */
static void
value_on_the_next_line(void **state)
{
	(void)state;
	assert_int_equal(load(STR("[first]\nwords =\n  a\n  b c\n")), 0);
	assert_int_equal(first()->words.count, 3);
	assert_int_equal(load(STR("[first]\ntext =\n  a\n")), 0);
	assert_string_equal(first()->text, "a");
	assert_int_equal(load(STR("[first]\nfile =\n  /a\n")), 0);
	assert_string_equal(first()->file, "/a");
	assert_int_equal(load(STR("[first]\nnumber =\n  9\n")), 0);
	assert_int_equal(first()->number, 9);
}

/* ---- drop-ins ----------------------------------------------------------- */

static void
drop_ins_in_order(void **state)
{
	(void)state;
	conf_file("20-b.conf", STR("[first]\ntext = b\nnumber = 2\n"));
	conf_file("10-a.conf", STR("[first]\ntext = a\nnumber = 1\n"));
	conf_file("9-z.conf", STR("[first]\ntext = z\n"));
	conf_file("50-no.conf.bak", STR("garbage\n"));
	conf_file("51-no.txt", STR("garbage\n"));
	conf_file(".hidden.conf", STR("garbage\n"));
	assert_int_equal(load(STR("[first]\ntext = m\ndelay = 3s\n")), 0);
	assert_string_equal(first()->text, "z");
	assert_int_equal(first()->number, 2);
	assert_int_equal(first()->delay, 3000);
	assert_true(str_iends(str_of(conf_where(conf, "first", "number")),
		STR("t.conf.d/20-b.conf:3")));
	assert_true(str_iends(str_of(conf_where(conf, "first", "delay")),
		STR("t.conf:3")));
}

/* An empty value in a drop-in takes a text or a list back. */
static void
drop_in_takes_back(void **state)
{
	(void)state;
	conf_file("1.conf", STR("[first]\ntext =\nwords =\nnets =\n"));
	assert_int_equal(load(STR("[first]\ntext = m\nwords = x\n"
		"nets = ::1\n")), 0);
	assert_null(first()->text);
	assert_int_equal(first()->words.count, 0);
	assert_int_equal(first()->nets.count, 0);
}

static void
drop_in_errors(void **state)
{
	(void)state;
	conf_file("1.conf", STR("\n\n[first]\nbad = x\n"));
	conf_file("2.conf", STR("[first]\nnumber = x\n"));
	assert_int_equal(load(STR("[first]\nnumber = 100\n")), ERR_CONFIG);
	assert_int_equal(errors.count, 3);
	assert_error(0, ":2: ", "number");
	assert_error(1, ".d/1.conf:4: ", "bad");
	assert_error(2, ".d/2.conf:2: ", "number");
	assert_null(conf);
}

static void
drop_in_that_cannot_be_read(void **state)
{
	char name[100];

	(void)state;
	snprintf(name, sizeof(name), "%s.d/5.conf", conf_path);
	assert_int_equal(mkdir(name, 0700), 0);
	assert_int_equal(load(STR("")), ERR_CONFIG);
	assert_error(0, ".d/5.conf", "regular file");
	assert_int_equal(rmdir(name), 0);
	assert_int_equal(symlink("/nonexistent", name), 0);
	assert_int_equal(load(STR("")), ERR_CONFIG);
	assert_error(0, ".d/5.conf: ", "No such file");
}

static void
drop_in_directory_that_is_none(void **state)
{
	char name[100];

	(void)state;
	snprintf(name, sizeof(name), "%s.d", conf_path);
	assert_int_equal(rmdir(name), 0);
	assert_int_equal(load(STR("[first]\nnumber = 9\n")), 0);
	assert_int_equal(first()->number, 9);
	write_file(name, STR(""), 0600);
	assert_int_equal(load(STR("")), ERR_CONFIG);
	assert_error(0, ".d: ", "Not a directory");
}

/* ---- settings ----------------------------------------------------------- */

static void
settings(void **state)
{
	const struct conf_setting some[] = {
		{ "first", "number", "3", "--number" },
		{ "nobody", "number", "x", "--other" },
		{ NULL, NULL, NULL, NULL } };
	const struct conf_setting bad[] = {
		{ "first", "number", "x", "--number" },
		{ "first", "nonsense", "x", "--nonsense" },
		{ NULL, NULL, NULL, NULL } };

	(void)state;
	conf_file("1.conf", STR("[first]\nnumber = 2\n"));
	conf_file(NULL, STR("[first]\nnumber = 1\ntext = a\n"));
	assert_int_equal(load_with(conf_path, some), 0);
	assert_int_equal(first()->number, 3);
	assert_string_equal(first()->text, "a");
	assert_string_equal(conf_where(conf, "first", "number"), "--number");
	assert_int_equal(load_with(NULL, some), 0);
	assert_int_equal(first()->number, 3);
	assert_int_equal(load_with(conf_path, bad), ERR_CONFIG);
	assert_int_equal(errors.count, 2);
	assert_true(str_istarts(str_of(errors.texts[0]), STR("--number: ")));
	assert_true(str_istarts(str_of(errors.texts[1]), STR("--nonsense: ")));
}

static void
describes(void **state)
{
	struct str text;

	(void)state;
	load_with(NULL, NULL);
	text = conf_describe(arena, &first_section);
	assert_true(str_istarts(text, STR("[first]\n")));
	assert_non_null(strstr(text.p, "# A number (number from 1 to 99)\n"
		"#number = 7\n"));
	assert_non_null(strstr(text.p, "#file = \n"));
	/* Taken as a configuration it changes nothing. */
	assert_int_equal(load(text), 0);
	assert_int_equal(first()->number, 7);
}

static void
describes_without_memory(void **state)
{
	struct arena *big = arena_new(0);
	size_t whole = conf_describe(big, &first_section).n;

	(void)state;
	for (size_t limit = 1; limit < 4000; limit += 7) {
		struct arena *small = arena_new(limit);
		struct str text = conf_describe(small, &first_section);

		assert_int_equal(text.n, text.p != NULL ? whole : 0);
		arena_free(small);
	}
	arena_free(big);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, conf_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults),
		TEST(files),
		TEST(continued_list),
		TEST(value_on_the_next_line),
		TEST(drop_ins_in_order),
		TEST(drop_in_takes_back),
		TEST(drop_in_errors),
		TEST(drop_in_that_cannot_be_read),
		TEST(drop_in_directory_that_is_none),
		TEST(settings),
		TEST(describes),
		TEST(describes_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
