#include "keys/key.h"
#include "unit/keys/command_test.h"

static int
setup(void **state)
{
	command_begin(state);
	command_file("empty.conf", "");
	command_file("used.conf",
		"[sign]\ndomain = example.org\nselector = s1\n"
		"key = $D/keys/example.org/s1.pem\n");
	return command_run(key_new, "new example.org --keys $D/keys --ed25519 "
				    "--selector s1");
}

static void
test_retire(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(key_retire,
		"retire Example.org S1 --keys $D/keys -c $D/empty.conf"));
	assert_out("$D/keys/example.org/s1.retired.");
	assert_out("s1._domainkey.example.org.\tIN TXT\t\"v=DKIM1; p=\"\n");
	assert_int_equal(EX_OK, command_run(key_list,
		"list --keys $D/keys -c $D/empty.conf"));
	assert_out(" retired  $D/keys/example.org/s1.retired\n");
	/* Once is enough. */
	assert_int_equal(EX_NOINPUT, command_run(key_retire,
		"retire example.org s1 --keys $D/keys -c $D/empty.conf"));
	assert_err("there is no key s1 of example.org");
}

static void
test_used(void **state)
{
	(void)state;
	assert_int_equal(EX_UNAVAILABLE, command_run(key_retire,
		"retire example.org s1 --keys $D/keys -c $D/used.conf"));
	assert_err("the configuration uses $D/keys/example.org/s1.pem");
	assert_int_equal(EX_OK, command_run(key_retire,
		"retire example.org s1 --keys $D/keys -c $D/used.conf "
		"--force"));
}

/* Also when --keys is another way to the same directory. */
static void
test_alias(void **state)
{
	char target[128], link[128];

	(void)state;
	snprintf(target, sizeof(target), "%s/keys", command_dir);
	snprintf(link, sizeof(link), "%s/alias", command_dir);
	assert_int_equal(0, symlink(target, link));
	command_file("other.conf",
		"[sign]\ndomain = example.org\nselector = zz\n"
		"key = $D/keys/example.org/s1.pem\n");
	assert_int_equal(EX_NOINPUT, command_run(key_retire,
		"retire example.org s1 --keys $D/alias -c $D/other.conf"));
	assert_int_equal(EX_UNAVAILABLE, command_run(key_retire,
		"retire example.org s1 --keys $D/alias -c $D/used.conf"));
}

/* Of a configuration that is wrong nobody knows which keys it uses. */
static void
test_unknown(void **state)
{
	(void)state;
	command_file("wrong.conf",
		"[sign]\ndomain = example.org\nselector = s1, s2\n"
		"key = $D/keys/%/s1.pem, $D/keys/%/s2.pem\n");
	assert_int_equal(EX_CONFIG, command_run(key_retire,
		"retire example.org s1 --keys $D/keys -c $D/wrong.conf"));
	assert_err("s2.pem: No such file");
	assert_int_equal(EX_OK, command_run(key_retire,
		"retire example.org s1 --keys $D/keys -c $D/wrong.conf "
		"--force"));
}

/* A retired key is not replaced by the next of that name. */
static void
test_twice(void **state)
{
	static const char line[] =
		"retire example.org s1 --keys $D/keys -c $D/empty.conf";
	char path[128], next[128];

	(void)state;
	assert_int_equal(EX_OK, command_run(key_retire, line));
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.org --keys $D/keys --ed25519 --selector s2"));
	snprintf(path, sizeof(path), "%s/keys/example.org/s2.pem",
		command_dir);
	snprintf(next, sizeof(next), "%s/keys/example.org/s1.pem",
		command_dir);
	assert_int_equal(0, rename(path, next));
	assert_int_equal(EX_CANTCREAT, command_run(key_retire, line));
	assert_err("s1.retired: File exists");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_retire, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_used, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_alias, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_unknown, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_twice, setup, command_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
