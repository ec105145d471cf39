#include "unit/base/check.h"

#include "base/log.h"

static struct {
	int lines;
	enum log_level level;
	char text[LOG_LINE_MAX + 1];
	size_t n;
	const struct log_field *fields;
	size_t count;
} last;

static void
catch(enum log_level level, const char *line, const struct log_field *fields,
	size_t count)
{
	last.lines++;
	last.level = level;
	last.n = strlen(line);
	assert_true(last.n < sizeof(last.text));
	memcpy(last.text, line, last.n + 1);
	last.fields = fields;
	last.count = count;
}

/* The sink's contract: printable ASCII, no line end. */
static void
assert_printable(void)
{
	for (size_t i = 0; i < last.n; i++)
		if (last.text[i] < 0x20 || last.text[i] >= 0x7f)
			fail_msg("byte %02x at %zu",
				(unsigned char)last.text[i], i);
}

static int
setup(void **state)
{
	(void)state;
	memset(&last, 0, sizeof(last));
	log_use(catch);
	log_set_level(LEVEL_INFO);
	return 0;
}

static void
levels(void **state)
{
	static const enum log_level all[] = { LEVEL_ERROR, LEVEL_WARNING,
		LEVEL_NOTICE, LEVEL_INFO, LEVEL_DEBUG };
	const struct log_field field = { "a", STR("b") };
	int lines = 0;

	(void)state;
	assert_true(log_wants(LEVEL_INFO));
	assert_false(log_wants(LEVEL_DEBUG));
	for (size_t set = 0; set < COUNT(all); set++) {
		log_set_level(all[set]);
		for (size_t i = 0; i < COUNT(all); i++) {
			assert_int_equal(log_wants(all[i]), i <= set);
			log_text(all[i], "text");
			log_fields(all[i], STR("id"), &field, 1);
			lines += i <= set ? 2 : 0;
			assert_int_equal(last.lines, lines);
			if (i <= set)
				assert_int_equal(last.level, all[i]);
		}
	}
}

static void
text(void **state)
{
	(void)state;
	log_text(LEVEL_ERROR, "a %s b %d%%", "\n\r\t\x1b[31m\x7f", 5);
	assert_string_equal(last.text, "a ????[31m? b 5%");
	assert_int_equal(last.count, 0);
	log_text(LEVEL_ERROR, "%s", "");
	assert_string_equal(last.text, "");
	log_text(LEVEL_ERROR, "%s", "%s%n%d");
	assert_string_equal(last.text, "%s%n%d");
}

/* A terminal takes C1 controls (CSI is 0x9b) from 8-bit bytes. */
static void
text_is_ascii(void **state)
{
	(void)state;
	log_text(LEVEL_ERROR, "%s", "\x9b" "31m caf\xc3\xa9 \xff");
	assert_printable();
}

static void
long_text_is_cut(void **state)
{
	char *big = malloc(100000);

	(void)state;
	memset(big, 'x', 99999);
	big[99999] = '\0';
	log_text(LEVEL_ERROR, "begin %s end", big);
	assert_int_equal(last.lines, 1);
	assert_in_range(last.n, 1000, LOG_LINE_MAX - 1);
	assert_memory_equal(last.text, "begin xxx", 9);
	free(big);
}

static const struct {
	struct str value;
	const char *shown; /* NULL: the field is left out */
} values[] = {
	{ STR("plain"), "id: k=plain" },
	{ STR(""), NULL },
	{ { NULL, 0 }, NULL },
	{ STR("two words"), "id: k=\"two words\"" },
	{ STR("a=b"), "id: k=\"a=b\"" },
	{ STR("\""), "id: k=\"\\x22\"" },
	{ STR("\" verdict=accept"), "id: k=\"\\x22 verdict=accept\"" },
	{ STR("\\"), "id: k=\\x5c" },
	{ STR("\\x0a"), "id: k=\\x5cx0a" },
	{ STR("a\r\nb"), "id: k=a\\x0d\\x0ab" },
	{ STR("a\0b"), "id: k=a\\x00b" },
	{ STR("\x1b[0m\x7f\x9b"), "id: k=\\x1b[0m\\x7f\\x9b" },
	{ STR("caf\xc3\xa9"), "id: k=caf\\xc3\\xa9" },
	{ STR("<a@b>;'`$%s"), "id: k=<a@b>;'`$%s" },
};

static void
field_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		const struct log_field field = { "k", values[i].value };

		log_fields(LEVEL_INFO, STR("id"), &field, 1);
		assert_string_equal(last.text,
			values[i].shown ? values[i].shown : "id:");
		assert_printable();
		assert_ptr_equal(last.fields, &field);
		assert_int_equal(last.count, 1);
	}
}

static void
leads(void **state)
{
	const struct log_field fields[] = { { "a", STR("1") },
		{ "b", STR("") }, { "c", STR("3") } };

	(void)state;
	log_fields(LEVEL_INFO, STR("id"), fields, 3);
	assert_string_equal(last.text, "id: a=1 c=3");
	log_fields(LEVEL_INFO, STR(""), fields, 1);
	assert_string_equal(last.text, "-: a=1");
	log_fields(LEVEL_INFO, (struct str){ NULL, 0 }, NULL, 0);
	assert_string_equal(last.text, "-:");
	log_fields(LEVEL_INFO, STR("a\nb\0"), fields, 1);
	assert_string_equal(last.text, "a\\x0ab\\x00: a=1");
}

/* Whatever strangers say, the last word is ours. */
static void
long_values_leave_room(void **state)
{
	char big[2000];
	struct log_field fields[8];

	(void)state;
	memset(big, '\xff', sizeof(big));
	for (size_t i = 0; i < 7; i++)
		fields[i] = (struct log_field){ "k", { big, sizeof(big) } };
	fields[7] = (struct log_field){ "verdict", STR("accept") };
	log_fields(LEVEL_INFO, (struct str){ big, sizeof(big) }, fields, 8);
	assert_true(str_iends((struct str){ last.text, last.n },
		STR("\\xff... verdict=accept")));
	assert_int_equal(last.fields[0].value.n, sizeof(big));
}

/* At every length around the limit: cut, terminated, printable. */
static void
long_lines_are_cut(void **state)
{
	static char big[LOG_LINE_MAX + 100];

	(void)state;
	for (size_t n = LOG_LINE_MAX - 40; n < sizeof(big); n++) {
		struct log_field fields[] = { { "k", { big, n } },
			{ "after", STR("two words") } };

		memset(big, 'x', n);
		log_fields(LEVEL_INFO, STR("id"), fields, 2);
		assert_true(last.n < LOG_LINE_MAX);
		assert_printable();
		memset(big, '\n', n);
		log_fields(LEVEL_INFO, STR("id"), fields, 2);
		assert_true(last.n < LOG_LINE_MAX);
		assert_printable();
	}
}

/* ---- stderr ------------------------------------------------------------- */

static void
to_stderr(void **state)
{
	int fds[2], saved = dup(STDERR_FILENO);
	char buf[LOG_LINE_MAX * 2], big[LOG_LINE_MAX];
	ssize_t n;

	(void)state;
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	dup2(fds[1], STDERR_FILENO);
	log_use(log_to_stderr);
	log_text(LEVEL_WARNING, "hello %d", 1);
	log_text(LEVEL_DEBUG, "dropped");
	log_to_stderr(LEVEL_DEBUG, big, NULL, 0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[1]);
	n = read(fds[0], buf, sizeof(buf));
	close(fds[0]);
	assert_int_equal(n, 11 + 3 + (int)sizeof(big));
	assert_memory_equal(buf, "<4>hello 1\n<7>xxx", 17);
	assert_int_equal(buf[n - 1], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(levels, setup),
		cmocka_unit_test_setup(text, setup),
		cmocka_unit_test_setup(text_is_ascii, setup),
		cmocka_unit_test_setup(long_text_is_cut, setup),
		cmocka_unit_test_setup(field_values, setup),
		cmocka_unit_test_setup(leads, setup),
		cmocka_unit_test_setup(long_values_leave_room, setup),
		cmocka_unit_test_setup(long_lines_are_cut, setup),
		cmocka_unit_test_setup(to_stderr, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
