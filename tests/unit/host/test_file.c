#include "unit/base/check.h"

#include "host/file.h"

#include <dirent.h>
#include <errno.h>

static struct arena *arena;
static char directory[] = "/tmp/test_file.XXXXXX";

static const char *
path_of(const char *name)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s/%s", directory, name);
	return sb_done(&sb).p;
}

static void
is(const char *path, const char *wanted, mode_t mode)
{
	struct str text;
	struct stat st;

	assert_int_equal(file_read(arena, path, &text), 0);
	assert_str(text, wanted);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

/* Nothing but what was asked for is left in the directory. */
static size_t
entries(void)
{
	DIR *d = opendir(directory);
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
new_and_replaced(void **state)
{
	const char *path = path_of("a");

	(void)state;
	assert_int_equal(file_write(arena, path, STR("one\n"), 0640), 0);
	is(path, "one\n", 0640);
	/* The mode of a file that is there is its administrator's. */
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(file_write(arena, path, STR(""), 0640), 0);
	is(path, "", 0604);
	assert_int_equal(entries(), 1);
}

static void
link_is_followed(void **state)
{
	(void)state;
	assert_int_equal(symlink("a", path_of("link")), 0);
	assert_int_equal(
		file_write(arena, path_of("link"), STR("new"), 0600), 0);
	is(path_of("a"), "new", 0604);
	assert_int_equal(unlink(path_of("link")), 0);
}

static void
absent(void **state)
{
	struct str text;

	(void)state;
	assert_int_equal(file_read(arena, path_of("no"), &text), ERR_ABSENT);
	assert_int_equal(file_read(arena, path_of("a/b"), &text), ERR_ABSENT);
	assert_int_equal(file_read(arena, directory, &text), ERR_IO);
	assert_int_equal(
		file_write(arena, path_of("no/a"), STR(""), 0600), ERR_IO);
	assert_int_equal(errno, ENOENT);
	assert_false(file_exists(path_of("no")));
	assert_true(file_exists(path_of("a")));
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL || mkdtemp(directory) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path_of("a"));
	rmdir(directory);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_and_replaced),
		cmocka_unit_test(link_is_followed),
		cmocka_unit_test(absent),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
