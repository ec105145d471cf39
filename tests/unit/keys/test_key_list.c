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

/* By whatever way a file is reached, it is one. */
static void
test_alias(void **state)
{
	char target[128], link[128];
	const char *first;

	(void)state;
	snprintf(target, sizeof(target), "%s/keys", command_dir);
	snprintf(link, sizeof(link), "%s/alias", command_dir);
	assert_int_equal(0, symlink(target, link));
	assert_int_equal(EX_OK, command_run(key_list,
		"list a.example --keys $D/alias -c $D/used.conf"));
	first = strstr(command_out, "\na.example");
	assert_non_null(first);
	assert_null(strstr(first + 1, "\na.example"));
	assert_out(" used ");
}

/* A link is a key of its own domain. */
static void
test_link(void **state)
{
	char link[128];

	(void)state;
	snprintf(link, sizeof(link), "%s/keys/c.example", command_dir);
	assert_int_equal(0, symlink("a.example", link));
	assert_int_equal(EX_OK, command_run(key_list,
		"list c.example --keys $D/keys -c $D/empty.conf"));
	assert_out("unused   $D/keys/c.example/s1.pem\n");
	assert_int_equal(EX_OK, command_run(key_list,
		"list a.example --keys $D/keys -c $D/empty.conf"));
	assert_out("unused   $D/keys/a.example/s1.pem\n");
}

/* The domain, as `mailvet key new` takes it. */
static void
test_domain(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(key_list,
		"list A.example. --keys $D/keys -c $D/empty.conf"));
	assert_out("keys/a.example/s1.pem");
	command_run(key_new, "new xn--bcher-kva.example --keys $D/keys "
			     "--ed25519 --selector s1");
	assert_int_equal(EX_OK, command_run(key_list,
		"list B\xc3\xbc" "cher.example --keys $D/keys "
		"-c $D/empty.conf"));
	assert_out("keys/xn--bcher-kva.example/s1.pem");
	assert_int_equal(EX_OK, command_run(key_list,
		"list * --keys $D/keys -c $D/used.conf"));
	assert_out("\n*                        any ");
}

/* "There is no key" is said only of a directory that has been read. */
static void
test_unreadable(void **state)
{
	char link[128];

	(void)state;
	snprintf(link, sizeof(link), "%s/loop", command_dir);
	assert_int_equal(0, symlink("loop", link));
	assert_int_equal(EX_CONFIG, command_run(key_list,
		"list --keys $D/loop -c $D/empty.conf"));
	assert_err("$D/loop: Too many levels of symbolic links");
	snprintf(link, sizeof(link), "%s/keys/loop.example", command_dir);
	assert_int_equal(0, symlink("loop.example", link));
	assert_int_equal(EX_CONFIG, command_run(key_list,
		"list --keys $D/keys -c $D/empty.conf"));
	assert_out("keys/a.example/s1.pem");
	assert_err("$D/keys/loop.example: Too many levels");
	/* No key yet, and a file among the domains: all is well. */
	unlink(link);
	command_file("keys/file.example", "");
	assert_int_equal(EX_OK, command_run(key_list,
		"list --keys $D/keys -c $D/empty.conf"));
	assert_int_equal(EX_OK, command_run(key_list,
		"list --keys $D/none -c $D/empty.conf"));
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
			test_alias, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_link, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_domain, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_unreadable, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_broken, setup, command_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
