/* Files that an administrator names: what they may be. */
#include "unit/base/check.h"

#include "base/file.h"

#include <errno.h>

static char dir[] = "/tmp/mailvet-file-XXXXXX";
static char path[100];

static void
regular(void **state)
{
	FILE *file = NULL;

	(void)state;
	write_file(path, STR("x"), 0600);
	assert_int_equal(file_open(path, &file), 0);
	assert_int_equal(getc(file), 'x');
	assert_false(file_is_open_to_all(file));
	assert_int_equal(chmod(path, 0606), 0);
	assert_true(file_is_open_to_all(file));
	fclose(file);
	unlink(path);
}

static void
absent(void **state)
{
	FILE *file = NULL;
	int err = file_open(path, &file);

	(void)state;
	assert_int_equal(err, ERR_IO);
	assert_string_equal(file_why(err), "No such file or directory");
	assert_null(file);
}

/* Nobody writes into the pipe, and a device has no end. */
static void
others(void **state)
{
	const char *const paths[] = { path, "/dev/zero", "/dev/tty", dir };
	FILE *file = NULL;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		int err;

		alarm(10);
		err = file_open(paths[i], &file);
		alarm(0);
		/* A process without a terminal cannot open /dev/tty. */
		if (i == 2 && err == ERR_IO)
			continue;
		assert_row(i, err == ERR_NOT_FILE);
		assert_string_equal(file_why(err), "not a regular file");
		assert_null(file);
	}
	unlink(path);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/f", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regular),
		cmocka_unit_test(absent),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
