#include "keys/key.h"
#include "unit/keys/command_test.h"

static int
setup(void **state)
{
	command_begin(state);
	command_file("empty.conf", "");
	command_file("used.conf",
		"[sign]\nkey-table = $D/table\nsigning-table = $D/signers\n");
	command_file("table", "a %:s1:$D/keys/%/s1.pem\n"
			      "b %:any:$D/keys/b.example/s2.pem\n");
	command_file("signers", "* a\nx.example b\n");
	command_run(key_new, "new b.example --keys $D/keys --ed25519 "
			     "--selector s2");
	command_run(key_new, "new b.example --keys $D/keys --ed25519 "
			     "--selector s1");
	return command_run(key_new, "new a.example --keys $D/keys --ed25519 "
				    "--selector s1");
}

static void
test_directory(void **state)
{
	const char *a, *b;

	(void)state;
	assert_int_equal(EX_OK, command_run(key_list,
		"list --keys $D/keys -c $D/empty.conf"));
	a = strstr(command_out, "a.example");
	b = strstr(command_out, "b.example");
	assert_true(a != NULL && b > a);
	assert_out("unused   $D/keys/b.example/s2.pem\n");
	assert_int_equal(EX_OK, command_run(key_list,
		"list A.example --keys $D/keys -c $D/empty.conf"));
	assert_null(strstr(command_out, "b.example"));
	assert_int_equal(EX_NOINPUT, command_run(key_list,
		"list c.example --keys $D/keys -c $D/empty.conf"));
	assert_err("there is no key of c.example");
}

static void
test_used(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(key_list,
		"list --keys $D/keys -c $D/used.conf"));
	assert_out("used     $D/keys/a.example/s1.pem\n");
	assert_out("used     $D/keys/b.example/s1.pem\n");
	assert_out("\n*                        any ");
}

/* What is broken is told, and the rest is there. */
static void
test_broken(void **state)
{
	(void)state;
	command_file("keys/a.example/junk.pem", "junk\n");
	assert_int_equal(EX_CONFIG, command_run(key_list,
		"list --keys $D/keys -c $D/empty.conf"));
	assert_out("broken   $D/keys/a.example/junk.pem\n");
	assert_out("unused   $D/keys/a.example/s1.pem\n");
	assert_err("key $D/keys/a.example/junk.pem: is ");
	assert_int_equal(EX_CONFIG, command_run(key_list,
		"list --keys $D/keys -c $D/no.conf"));
	assert_err("no.conf");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_directory, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_used, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_broken, setup, command_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
