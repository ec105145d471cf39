#include "keys/key.h"
#include "unit/keys/command_test.h"

#include <pwd.h>
#include <stdlib.h>
#include <time.h>

static mode_t
mode_of(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", command_dir, name);
	if (stat(path, &st) < 0)
		return 0;
	return st.st_mode & 07777;
}

static void
test_rsa(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(key_new,
		"new Example.ORG --keys $D/keys --selector S1"));
	assert_out("; $D/keys/example.org/s1.pem: rsa, 2048 bits\n");
	assert_out("s1._domainkey.example.org.\tIN TXT\t( \"v=DKIM1; k=rsa; "
		   "p=MII");
	assert_int_equal(0600, mode_of("keys/example.org/s1.pem"));
	assert_int_equal(0750, mode_of("keys/example.org"));
	assert_int_equal(0750, mode_of("keys"));
	/* No private key leaves the file. */
	assert_null(strstr(command_out, "PRIVATE"));
	assert_null(strstr(command_err, "PRIVATE"));
}

static void
test_both(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.org --keys $D/keys --rsa 3072 --ed25519 "
		"--selector both"));
	assert_out("both.pem: rsa, 3072 bits\n");
	assert_out("both-ed.pem: ed25519, 256 bits\n");
	assert_out("both-ed._domainkey.example.org.\tIN TXT\t\"v=DKIM1; "
		   "k=ed25519; p=");
}

static void
test_default_selector(void **state)
{
	time_t now = time(NULL);
	char want[64];
	struct tm tm;

	(void)state;
	gmtime_r(&now, &tm);
	strftime(want, sizeof(want), "keys/example.org/e%Y%m.pem", &tm);
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.org --keys $D/keys --ed25519"));
	assert_out(want);
	assert_int_equal(0600, mode_of(want));
}

/* Nothing is ever replaced, and nothing is left behind. */
static void
test_there_already(void **state)
{
	char line[256];

	(void)state;
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.net --keys $D/keys --ed25519 --selector s1"));
	assert_int_equal(EX_CANTCREAT, command_run(key_new,
		"new example.net --keys $D/keys --ed25519 --selector s1"));
	assert_err("there is such a key already");
	snprintf(line, sizeof(line), "test $(ls -A %s/keys/example.net) = "
		"s1.pem", command_dir);
	assert_int_equal(0, system(line));
}

static void
test_bad(void **state)
{
	(void)state;
	assert_int_equal(EX_USAGE, command_run(key_new,
		"new ex..ample --keys $D/keys"));
	assert_err("is not a domain name");
	assert_int_equal(EX_USAGE, command_run(key_new,
		"new ../../etc --keys $D/keys"));
	assert_int_equal(EX_USAGE, command_run(key_new,
		"new example.org --keys $D/keys --selector a/b"));
	assert_err("is not a selector");
	assert_int_equal(EX_CANTCREAT, command_run(key_new,
		"new example.org --keys $D/no/such --ed25519"));
}

/* Its record may be published as revoked, or be in caches. */
static void
test_retired(void **state)
{
	(void)state;
	command_file("none.conf", "");
	assert_int_equal(EX_OK, command_run(key_new,
		"new old.example --keys $D/keys --ed25519 --selector s1"));
	assert_int_equal(EX_OK, command_run(key_retire,
		"retire old.example s1 --keys $D/keys -c $D/none.conf"));
	assert_int_equal(EX_CANTCREAT, command_run(key_new,
		"new old.example --keys $D/keys --ed25519 --selector s1"));
	assert_err("keys/old.example/s1.retired: the selector was used: "
		   "choose another by --selector");
	assert_int_equal(0, mode_of("keys/old.example/s1.pem"));
}

#define LONG "a23456789.123456789.123456789.123456789.123456789."

/* The record's name must fit the DNS, too. */
static void
test_long(void **state)
{
	(void)state;
	assert_int_equal(EX_USAGE, command_run(key_new, "new " LONG LONG LONG
		LONG "a23456789.123456789.example --keys $D/keys --ed25519 "
		"--selector this.is.too.much"));
	assert_err("no room in the DNS");
	assert_int_equal(0, mode_of("keys/" LONG LONG LONG LONG
		"a23456789.123456789.example"));
}

/* Root makes keys for the signer. */
static void
test_owner(void **state)
{
	const struct passwd *signer = getpwnam("mailvet-sign");
	char path[256];
	struct stat st;

	(void)state;
	if (geteuid() != 0 || signer == NULL)
		skip();
	assert_int_equal(EX_OK, command_run(key_new,
		"new owner.example --keys $D/keys --ed25519 --selector s"));
	snprintf(path, sizeof(path), "%s/keys/owner.example/s.pem",
		command_dir);
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(signer->pw_uid, st.st_uid);
	assert_int_equal(signer->pw_gid, st.st_gid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_default_selector),
		cmocka_unit_test(test_there_already),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_retired),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_owner),
	};

	return cmocka_run_group_tests(
		tests, command_begin, command_end);
}
