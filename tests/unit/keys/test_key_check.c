#include "dns/dns.h"
#include "keys/key.h"
#include "unit/dns/name_server.h"
#include "unit/keys/command_test.h"

#include <stdlib.h>

#define RUN "check --keys $D/keys -c $D/empty.conf --zone $D/zone "

static int
setup(void **state)
{
	command_begin(state);
	command_file("empty.conf", "");
	command_file("zone", "");
	return 0;
}

/* Two keys, as they would be published. */
static void
make_keys(void)
{
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.org --keys $D/keys --rsa 4096 --selector r"));
	command_append("zone", command_out);
	assert_int_equal(EX_OK, command_run(key_new,
		"new example.net --keys $D/keys --ed25519 --selector e"));
	command_append("zone", command_out);
}

static void
test_good(void **state)
{
	(void)state;
	make_keys();
	assert_int_equal(EX_OK, command_run(key_check, RUN));
	assert_out("e._domainkey.example.net: ok");
	assert_out("r._domainkey.example.org: ok");
	assert_int_equal(EX_OK, command_run(key_check, RUN "example.NET."));
	assert_out("e._domainkey.example.net: ok");
	assert_null(strstr(command_out, "example.org"));
}

static void
test_bad(void **state)
{
	(void)state;
	make_keys();
	command_file("zone",
		"r._domainkey.example.org. TXT \"v=DKIM1; p=\"\n");
	assert_int_equal(1, command_run(key_check, RUN));
	assert_out("r._domainkey.example.org: revoked");
	assert_out("The DNS has: v=DKIM1; p=\n");
	assert_out("e._domainkey.example.net: missing");
	assert_out("It should be:\ne._domainkey.example.net.\tIN TXT\t");
}

static void
test_no_answer(void **state)
{
	(void)state;
	make_keys();
	command_append("zone", "; fault e._domainkey.example.net SERVFAIL\n");
	assert_int_equal(EX_TEMPFAIL, command_run(key_check, RUN));
	assert_out("e._domainkey.example.net: no answer");
}

enum { MANY = 100, LATE = 300 /* milliseconds */ };

/* Copies of one key, under MANY selectors. */
static void
make_many(void)
{
	char line[512];

	assert_int_equal(EX_OK, command_run(key_new,
		"new example.org --keys $D/keys --ed25519 --selector s0"));
	snprintf(line, sizeof(line), "cd %s/keys/example.org && "
		"for i in $(seq 1 %d); do cp -p s0.pem s$i.pem; done",
		command_dir, MANY - 1);
	assert_int_equal(0, system(line));
}

/*
 * Many keys take no longer than one, since all are asked for at once.  One
 * after the other they would take half as long again as there is time.
 */
static void
test_slow(void **state)
{
	static const struct server_record records[] = {
		{ "*", DNS_TXT, ANSWER, 60, "\4none", 5 },
		{ NULL, 0, 0, 0, NULL, 0 },
	};
	struct server *server = server_start(records, 0);
	char text[128];

	(void)state;
	make_many();
	server_set_delay(server, LATE);
	snprintf(text, sizeof(text), "[common]\nnameservers = 127.0.0.1@%u\n"
		"deadline = %dms\n", server_port(server), MANY * LATE * 2 / 3);
	command_file("slow.conf", text);
	assert_int_equal(1, command_run(key_check,
		"check example.org --keys $D/keys -c $D/slow.conf"));
	assert_null(strstr(command_out, "no answer"));
	assert_out("s99._domainkey.example.org: unusable");
	server_stop(server);
}

static void
test_nothing(void **state)
{
	(void)state;
	assert_int_equal(EX_NOINPUT, command_run(key_check, RUN));
	assert_err("there is no key");
	assert_int_equal(EX_NOINPUT, command_run(key_check,
		"check --keys $D/keys -c $D/empty.conf --zone $D/nozone"));
	assert_err("nozone: No such file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_good, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_bad, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_no_answer, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_slow, setup, command_end),
		cmocka_unit_test_setup_teardown(
			test_nothing, setup, command_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
