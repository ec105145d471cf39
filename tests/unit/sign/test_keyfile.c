#include "sign/keyfile.h"
#include "unit/sign/support.h"

#include <pwd.h>
#include <sys/stat.h>

static struct arena *arena;
static struct conf_errors errors;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int
read_it(const char *path, size_t *n)
{
	const struct key_complaint complaint = { &errors, "x.conf:7", path };
	static char text[KEY_FILE_MAX];

	return key_file_read(&complaint, text, n);
}

/* The complaint names place, file and reason. */
static void
assert_refused(const char *path, const char *reason)
{
	size_t before = errors.count, n = 0;

	assert_int_equal(ERR_CONFIG, read_it(path, &n));
	assert_int_equal(before + 1, errors.count);
	assert_non_null(strstr(errors.texts[before], "x.conf:7: "));
	assert_non_null(strstr(errors.texts[before], path));
	if (strstr(errors.texts[before], reason) == NULL)
		fail_msg("%s", errors.texts[before]);
}

static void
test_good(void **state)
{
	static const mode_t modes[] = { 0400, 0600, 0440, 0640 };
	char path[64];
	size_t n = 0;

	(void)state;
	write_text(path, "secret");
	for (size_t i = 0; i < 4; i++) {
		chmod(path, modes[i]);
		assert_int_equal(0, read_it(path, &n));
		assert_int_equal(6, n);
	}
	assert_int_equal(0, errors.count);
	unlink(path);
}

static void
test_modes(void **state)
{
	char path[64];

	(void)state;
	write_text(path, "secret");
	chmod(path, 0644);
	assert_refused(path, "open to all users");
	chmod(path, 0601);
	assert_refused(path, "open to all users");
	chmod(path, 0660);
	assert_refused(path, "written by its group");
	if (geteuid() == 0) {
		chmod(path, 0600);
		assert_int_equal(0, chown(path, 12345, 0));
		assert_refused(path, "belongs to another user");
	}
	unlink(path);
}

/* Root, who checks for the signer, sees what the signer will see. */
static void
test_group(void **state)
{
	const struct passwd *signer = getpwnam(SIGN_USER);
	char path[64];
	size_t n;

	(void)state;
	if (geteuid() != 0 || signer == NULL)
		skip();
	write_text(path, "secret");
	chmod(path, 0640);
	assert_int_equal(0, chown(path, 0, signer->pw_gid));
	assert_int_equal(0, read_it(path, &n));
	assert_int_equal(0, chown(path, 0, signer->pw_gid + 1));
	assert_refused(path, "a group that is not the signer's");
	unlink(path);
}

static void
test_files(void **state)
{
	(void)state;
	assert_refused("/nonexistent/key", "No such file");
	assert_refused("/tmp", "is not a file");
	assert_refused("/dev/null", "is not a file");
}

/* What is too large is refused before it is read. */
static void
test_large(void **state)
{
	char path[64];

	(void)state;
	write_text(path, "");
	assert_int_equal(0, truncate(path, KEY_FILE_MAX + 1));
	assert_refused(path, "too large");
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
