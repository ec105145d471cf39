#include "keys/key.h"
#include "unit/keys/command_test.h"

#define RUN "dns Example.org --keys $D/keys -c $D/c.conf "

static int
setup(void **state)
{
	command_begin(state);
	command_file("c.conf", "[common]\nauthserv-id = mx.example.org\n");
	command_file("zone", "");
	return command_run(key_new,
		"new example.org --keys $D/keys --rsa 2048 --selector s1");
}

static void
test_print(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(command_dns, RUN));
	assert_out("example.org.\tIN TXT\t\"v=spf1 mx a:mx.example.org "
		   "~all\"\n");
	assert_out("s1._domainkey.example.org.\tIN TXT\t( \"v=DKIM1; k=rsa; "
		   "p=MII");
	assert_out("_dmarc.example.org.\tIN TXT\t\"v=DMARC1; p=none; "
		   "rua=mailto:postmaster@example.org\"\n");
}

/* What is printed, published, is found good: in each master format. */
static void
test_round_trip(void **state)
{
	static const char *const lines[] = { RUN "--format bind",
		RUN "--format nsd" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(EX_OK, command_run(command_dns, lines[i]));
		command_file("zone", command_out);
		assert_int_equal(EX_OK, command_run(command_dns,
			RUN "--check --zone $D/zone"));
		assert_string_equal("; example.org: ok\n"
				    "; s1._domainkey.example.org: ok\n"
				    "; _dmarc.example.org: ok\n",
			command_out);
	}
}

static void
test_plain(void **state)
{
	(void)state;
	assert_int_equal(EX_OK,
		command_run(command_dns, RUN "--format plain"));
	assert_out("s1._domainkey.example.org TXT\nv=DKIM1; k=rsa; p=MII");
	assert_null(strchr(command_out, '"'));
}

static void
test_missing(void **state)
{
	(void)state;
	assert_int_equal(1, command_run(command_dns,
		RUN "--check --zone $D/zone"));
	assert_out("; example.org: missing\nexample.org.\tIN TXT\t\"v=spf1");
	assert_out("; s1._domainkey.example.org: missing\n");
	assert_out("; _dmarc.example.org: missing\n");
}

static void
test_others(void **state)
{
	(void)state;
	command_file("zone",
		"example.org. TXT \"v=spf1 -all\"\n"
		"example.org. TXT \"v=spf10\"\n"
		"s1._domainkey.example.org. TXT \"v=DKIM1; p=AAAA\"\n"
		"_dmarc.example.org. TXT \"v=DMARC1; p=reject\"\n");
	assert_int_equal(1, command_run(command_dns,
		RUN "--check --zone $D/zone"));
	assert_out("; The DNS has: v=spf1 -all\n; instead of:\nexample.org.");
	assert_out("; s1._domainkey.example.org: different key\n");
	assert_out("; The DNS has: v=DKIM1; p=AAAA\n");
	assert_out("; The DNS has: v=DMARC1; p=reject\n");
}

/* Another policy is not wrong; two are. */
static void
test_policies(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(command_dns, RUN));
	command_file("zone", command_out);
	command_append("zone", "example.org. TXT \"v=spf1 -all\"\n");
	assert_int_equal(1, command_run(command_dns,
		RUN "--check --zone $D/zone"));
	assert_out("; example.org: several records");
}

static void
test_faults(void **state)
{
	(void)state;
	command_file("zone", "; fault example.org SERVFAIL\n"
			     "; fault s1._domainkey.example.org TIMEOUT\n"
			     "; fault _dmarc.example.org SERVFAIL\n");
	assert_int_equal(EX_TEMPFAIL, command_run(command_dns,
		"dns example.org --keys $D/keys -c $D/fast.conf --check "
		"--zone $D/zone"));
	assert_out("; s1._domainkey.example.org: no answer\n");
}

static int
setup_faults(void **state)
{
	int r = setup(state);

	command_file("fast.conf", "[common]\ndeadline = 200ms\n");
	return r;
}

static void
test_no_key(void **state)
{
	(void)state;
	assert_int_equal(EX_OK, command_run(command_dns,
		"dns example.net --keys $D/keys -c $D/c.conf"));
	assert_out("\"mailvet key new example.net\" makes one");
	assert_int_equal(EX_USAGE, command_run(command_dns,
		"dns ..net --keys $D/keys -c $D/c.conf"));
	assert_int_equal(EX_CONFIG, command_run(command_dns,
		"dns example.net --keys $D/keys -c $D/no.conf"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, command_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_print),
		TEST(test_round_trip),
		TEST(test_plain),
		TEST(test_missing),
		TEST(test_others),
		TEST(test_policies),
		cmocka_unit_test_setup_teardown(
			test_faults, setup_faults, command_end),
		TEST(test_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
