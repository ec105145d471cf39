#include "unit/base/check.h"

#include "dns/server.h"

static const struct {
	struct str text;
	const char *address; /* NULL: ERR_SYNTAX */
	unsigned port;
} servers[] = {
	{ STR("192.0.2.53"), "192.0.2.53", 53 },
	{ STR("192.0.2.53@5353"), "192.0.2.53", 5353 },
	{ STR("192.0.2.53@65535"), "192.0.2.53", 65535 },
	{ STR("2001:db8::53"), "2001:db8::53", 53 },
	{ STR("2001:db8::53@1"), "2001:db8::53", 1 },
	{ STR(""), NULL, 0 },
	{ STR("@53"), NULL, 0 },
	{ STR("192.0.2.53@"), NULL, 0 },
	{ STR("192.0.2.53@0"), NULL, 0 },
	{ STR("192.0.2.53@65536"), NULL, 0 },
	{ STR("192.0.2.53@-1"), NULL, 0 },
	{ STR("192.0.2.53@5@3"), NULL, 0 },
	{ STR("192.0.2.53:53"), NULL, 0 },
	{ STR("192.0.2.0/24"), NULL, 0 },
	{ STR("ns.example"), NULL, 0 },
	{ STR("192.0.2.53\0"), NULL, 0 },
};

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++) {
		struct dns_server server = { .port = 0 };
		char text[IP_TEXT_SIZE];
		int err = dns_server_parse(servers[i].text, &server);

		assert_row(i, err == (servers[i].address ? 0 : ERR_SYNTAX));
		assert_row(i, server.port == servers[i].port);
		if (err == 0)
			assert_string_equal(ipaddr_text(&server.addr, text),
				servers[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
