#include "unit/base/check.h"

#include "os/journal.h"

#include <sys/uio.h>

/* ---- the journal, in place of libsystemd's ------------------------------ */

static struct {
	int calls;
	int status; /* to return */
	size_t count;
	struct str fields[LOG_FIELDS_MAX + 8];
	struct arena *arena;
} journal;

int sd_journal_sendv(const struct iovec *iov, int n);

int
sd_journal_sendv(const struct iovec *iov, int n)
{
	journal.calls++;
	assert_in_range(n, 2, LOG_FIELDS_MAX + 2);
	journal.count = (size_t)n;
	for (int i = 0; i < n; i++)
		journal.fields[i] = arena_copy(journal.arena, (struct str){
			iov[i].iov_base, iov[i].iov_len });
	return journal.status;
}

static int
setup(void **state)
{
	(void)state;
	memset(&journal, 0, sizeof(journal));
	journal.arena = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(journal.arena);
	return 0;
}

/* ---- entries ------------------------------------------------------------ */

static void
entry(void **state)
{
	const struct log_field fields[] = { { "dmarc", STR("fail") },
		{ "dkim-domain", STR("a b\n\xc3\xa9\0c") },
		{ "empty", STR("") },
		{ "spf2", STR("x=y") } };

	(void)state;
	log_to_journal(LEVEL_WARNING, "Q1: dmarc=fail", fields, 4);
	assert_int_equal(journal.calls, 1);
	assert_int_equal(journal.count, 5);
	assert_str(journal.fields[0], "MESSAGE=Q1: dmarc=fail");
	assert_str(journal.fields[1], "PRIORITY=4");
	assert_str(journal.fields[2], "MAILVET_DMARC=fail");
	assert_true(str_eq(journal.fields[3],
		STR("MAILVET_DKIM_DOMAIN=a b\n\xc3\xa9\0c")));
	assert_str(journal.fields[4], "MAILVET_SPF2=x=y");
	log_to_journal(LEVEL_ERROR, "", NULL, 0);
	assert_int_equal(journal.count, 2);
	assert_str(journal.fields[0], "MESSAGE=");
	assert_str(journal.fields[1], "PRIORITY=3");
}

/* Text of any size: cut, and no other field suffers. */
static void
long_values(void **state)
{
	char line[LOG_LINE_MAX], *big = malloc(100000);
	const struct log_field fields[] = { { "a", { big, 100000 } },
		{ "b", STR("whole") } };

	(void)state;
	memset(line, 'l', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	memset(big, 'x', 100000);
	log_to_journal(LEVEL_INFO, line, fields, 2);
	assert_int_equal(journal.fields[0].n, 8 + sizeof(line) - 1);
	assert_in_range(journal.fields[2].n, 1000, 1100);
	assert_true(str_istarts(journal.fields[2], STR("MAILVET_A=xxx")));
	assert_str(journal.fields[3], "MAILVET_B=whole");
	free(big);
}

static void
long_key(void **state)
{
	char key[300];
	const struct log_field fields[] = { { key, STR("whole") } };

	(void)state;
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	log_to_journal(LEVEL_INFO, "x", fields, 1);
	assert_true(str_index(journal.fields[2], '=') <= 64);
	assert_true(str_iends(journal.fields[2], STR("K=whole")));
}

static void
many_fields(void **state)
{
	struct log_field fields[LOG_FIELDS_MAX + 10];

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++)
		fields[i] = (struct log_field){ "k", STR("v") };
	log_to_journal(LEVEL_INFO, "x", fields, COUNT(fields));
	assert_int_equal(journal.count, LOG_FIELDS_MAX + 2);
}

/* What the journal does not take is not lost. */
static void
falls_back_to_stderr(void **state)
{
	int fds[2], saved = dup(STDERR_FILENO);
	char buf[100];
	ssize_t n;

	(void)state;
	journal.status = -1;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	dup2(fds[1], STDERR_FILENO);
	log_to_journal(LEVEL_ERROR, "text", NULL, 0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[1]);
	n = read(fds[0], buf, sizeof(buf));
	close(fds[0]);
	assert_int_equal(n, 8);
	assert_memory_equal(buf, "<3>text\n", 8);
}

/* ---- is stderr the journal? --------------------------------------------- */

static void
set_stream(const char *format, const struct stat *st)
{
	char text[64];

	snprintf(text, sizeof(text), format, (unsigned long)st->st_dev,
		(unsigned long)st->st_ino);
	setenv("JOURNAL_STREAM", text, 1);
}

static void
stream(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_is_stderr());
	set_stream("%lu:%lu", &st);
	assert_true(journal_is_stderr());
	set_stream("%lu:1%lu", &st);
	assert_false(journal_is_stderr());
	set_stream("1%lu:%lu", &st);
	assert_false(journal_is_stderr());
	for (size_t i = 0; i < 4; i++) {
		static const char *const bad[] = { "", "x", "5", ":" };

		setenv("JOURNAL_STREAM", bad[i], 1);
		assert_row(i, !journal_is_stderr());
	}
	unsetenv("JOURNAL_STREAM");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entry),
		TEST(long_values),
		TEST(long_key),
		TEST(many_fields),
		TEST(falls_back_to_stderr),
		TEST(stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
