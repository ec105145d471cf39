#include "pipeline/direction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct str names[2];
static struct ipnet loopback;

/* A message on such a connection; its common settings are static. */
static struct message
message(struct connection *connection, const char *client, const char *daemon,
	const char *user)
{
	static struct common common;

	assert_true(ipnet_parse(STR("127.0.0.0/8"), &loopback));
	common.internal_hosts = (struct ipnet_list){ &loopback, 1 };
	common.submission_daemons = (struct conf_list){ names, 2 };
	*connection = (struct connection){ .daemon_name = str_of(daemon) };
	assert_true(ipaddr_parse(str_of(client), &connection->client));
	return (struct message){ .connection = connection, .common = &common,
		.auth_user = str_of(user) };
}

struct row {
	const char *names[2]; /* submission-daemons */
	const char *client, *daemon, *user;
	bool may_sign, may_check; /* known at CONNECT */
	bool sign; /* at MAIL, where it may; else it is checked */
};

static const struct row rows[] = {
	{ { "*" }, "192.0.2.1", "MTA", NULL, true, true, false },
	{ { "*" }, "192.0.2.1", "MTA", "alice", true, true, true },
	{ { "*" }, "192.0.2.1", NULL, "alice", true, true, true },
	{ { "*" }, "127.0.0.1", "MTA", NULL, true, false, true },
	{ { "MSA", "x" }, "192.0.2.1", "MTA", NULL, false, true, false },
	{ { "MSA", "x" }, "192.0.2.1", "msa", NULL, true, true, false },
	{ { "MSA", "x" }, "192.0.2.1", "X", "alice", true, true, true },
	{ { "MSA", "x" }, "127.0.0.1", "MTA", NULL, true, false, true },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct connection c;
		struct message m = message(&c, r->client, r->daemon, r->user);

		names[0] = str_of(r->names[0]);
		names[1] = str_of(r->names[1]);
		assert_int_equal(r->may_sign,
			direction_may_want(OUTBOUND, m.common, &c));
		assert_int_equal(r->may_check,
			direction_may_want(INBOUND, m.common, &c));
		assert_int_equal(r->sign, direction_wants(OUTBOUND, &m));
		assert_int_equal(!r->sign, direction_wants(INBOUND, &m));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
