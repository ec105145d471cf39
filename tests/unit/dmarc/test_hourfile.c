/* The file of the hour. */
#include "unit/dmarc/directory.h"
#include "unit/dmarc/hour.h"

#include "dmarc/hourfile.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

struct test {
	struct directory directory;
	struct hourfile file;
	struct arena *arena;
};

static void
open_test(struct test *t)
{
	directory_make(&t->directory);
	assert_int_equal(hourfile_init(&t->file, t->directory.path), 0);
	t->arena = arena_new(0);
}

static void
close_test(struct test *t)
{
	hourfile_close(&t->file);
	directory_remove(&t->directory);
	arena_free(t->arena);
}

static int
put(struct test *t, const char *text)
{
	return hourfile_write(&t->file, text, strlen(text));
}

static void
lines(void **state)
{
	struct test t;
	struct stat st;

	(void)state;
	umask(0);
	open_test(&t);
	assert_int_equal(put(&t, "\none\n"), 0);
	assert_int_equal(put(&t, "\ntwo\n"), 0);
	assert_int_equal(hourfile_sync(&t.file), 0);
	assert_string_equal(directory_file(&t.directory), hour_file());
	assert_string_equal(directory_text(&t.directory, t.arena),
		"one\ntwo\n");
	assert_int_equal(stat(directory_path(&t.directory,
		hour_file()), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	close_test(&t);
}

/* It may not be read, so it may end within a line. */
static void
a_file_that_was_there(void **state)
{
	struct test t;
	int fd;

	(void)state;
	open_test(&t);
	fd = open(directory_path(&t.directory, hour_file()),
		O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "half", 4), 4);
	close(fd);
	assert_int_equal(put(&t, "\none\n"), 0);
	assert_int_equal(put(&t, "\ntwo\n"), 0);
	assert_string_equal(directory_text(&t.directory, t.arena),
		"half\none\ntwo\n");
	close_test(&t);
}

/* Somebody removed it: a new one, not a grave. */
static void
a_file_that_went(void **state)
{
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(put(&t, "\none\n"), 0);
	unlink(directory_path(&t.directory, hour_file()));
	assert_int_equal(put(&t, "\ntwo\n"), 0);
	assert_string_equal(directory_text(&t.directory, t.arena), "two\n");
	close_test(&t);
}

static void
another_hour(void **state)
{
	char hidden[300];
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(put(&t, "\none\n"), 0);
	hour_time += 3599;
	assert_int_equal(put(&t, "\ntwo\n"), 0);
	assert_string_equal(directory_text(&t.directory, t.arena),
		"one\ntwo\n");
	/* Removed, it would give way at once. */
	strcpy(hidden, directory_path(&t.directory, ".last"));
	assert_int_equal(rename(directory_path(&t.directory,
		directory_file(&t.directory)), hidden), 0);
	hour_time++;
	assert_int_equal(put(&t, "\nthree\n"), 0);
	assert_string_equal(directory_file(&t.directory), hour_file());
	assert_string_equal(directory_text(&t.directory, t.arena), "three\n");
	unlink(hidden);
	close_test(&t);
}

/* No directory, then one; a FIFO, a link in the file's place. */
static void
not_to_be_opened(void **state)
{
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(rmdir(t.directory.path), 0);
	assert_int_equal(put(&t, "\none\n"), ENOENT);
	assert_int_equal(hourfile_sync(&t.file), 0);
	assert_int_equal(mkdir(t.directory.path, 0700), 0);
	assert_int_equal(mkfifo(directory_path(&t.directory,
		hour_file()), 0600), 0);
	assert_int_not_equal(put(&t, "\ntwo\n"), 0);
	unlink(directory_path(&t.directory, hour_file()));
	assert_int_equal(symlink("/tmp/mailvet-elsewhere", directory_path(
		&t.directory, hour_file())), 0);
	assert_int_equal(put(&t, "\nthree\n"), ELOOP);
	unlink(directory_path(&t.directory, hour_file()));
	assert_int_equal(put(&t, "\nfour\n"), 0);
	assert_string_equal(directory_text(&t.directory, t.arena), "four\n");
	close_test(&t);
}

/* A line that did not fit leaves its beginning; the next one starts anew. */
static void
a_torn_line(void **state)
{
	struct rlimit old, small = { 12, RLIM_INFINITY };
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(put(&t, "\nfirst\n"), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(put(&t, "\nsecond line\n"), ENOSPC);
	assert_int_equal(put(&t, "\nlost\n"), EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(put(&t, "\nthird\n"), 0);
	assert_int_equal(put(&t, "\nfourth\n"), 0);
	assert_string_equal(directory_text(&t.directory, t.arena),
		"first\nsecond\nthird\nfourth\n");
	close_test(&t);
}

static void
a_path_that_is_too_long(void **state)
{
	struct hourfile f;
	char path[5000];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(hourfile_init(&f, path), 0);
	assert_int_equal(hourfile_write(&f, "\nx\n", 3), ENAMETOOLONG);
	hourfile_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(a_file_that_was_there),
		cmocka_unit_test(a_file_that_went),
		cmocka_unit_test(another_hour),
		cmocka_unit_test(not_to_be_opened),
		cmocka_unit_test(a_torn_line),
		cmocka_unit_test(a_path_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
