#include "unit/base/check.h"

#include "base/ipnet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static const struct {
	struct str text;
	const char *shown; /* NULL: not an address */
} addresses[] = {
	{ STR("192.0.2.1"), "192.0.2.1" },
	{ STR("0.0.0.0"), "0.0.0.0" },
	{ STR("255.255.255.255"), "255.255.255.255" },
	{ STR("::"), "::" },
	{ STR("::1"), "::1" },
	{ STR("2001:DB8:0:0:0:0:0:1"), "2001:db8::1" },
	{ STR("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ STR("::ffff:192.0.2.1"), "192.0.2.1" },
	{ STR("::FFFF:c000:0201"), "192.0.2.1" },
	{ STR("0000:0000:0000:0000:0000:ffff:255.255.255.255"),
		"255.255.255.255" },
	/* These embed an IPv4 address, but are not mapped. */
	{ STR("::192.0.2.1"), "::192.0.2.1" },
	{ STR("::fffe:192.0.2.1"), "::fffe:c000:201" },
	{ STR("1::ffff:192.0.2.1"), "1::ffff:c000:201" },
	{ STR(""), NULL },
	{ { NULL, 0 }, NULL },
	{ STR(" 192.0.2.1"), NULL },
	{ STR("192.0.2.1 "), NULL },
	{ STR("192.0.2.1\n"), NULL },
	{ STR("192.0.2.1\0"), NULL },
	{ STR("192.0.2\0.1"), NULL },
	{ STR("192.0.2"), NULL },
	{ STR("192.0.2.1.1"), NULL },
	{ STR("192.0.2.256"), NULL },
	{ STR("192.0.2.01"), NULL },
	{ STR("192.0.2.-1"), NULL },
	{ STR("0xc0.0.2.1"), NULL },
	{ STR("192.0.2.1/32"), NULL },
	{ STR("[192.0.2.1]"), NULL },
	{ STR("[::1]"), NULL },
	{ STR("IPv6:::1"), NULL },
	{ STR("fe80::1%eth0"), NULL },
	{ STR("fe80::1%1"), NULL },
	{ STR("1::2::3"), NULL },
	{ STR(":"), NULL },
	{ STR(":::"), NULL },
	{ STR("12345::"), NULL },
	{ STR("1:2:3:4:5:6:7"), NULL },
	{ STR("1:2:3:4:5:6:7:8:9"), NULL },
	{ STR("localhost"), NULL },
	{ STR("0000:0000:0000:0000:0000:ffff:255.255.255.2551"), NULL },
	{ STR("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0"),
		NULL },
};

static void
parse_and_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct ipaddr addr = { .family = 77 };
		char buf[IP_TEXT_SIZE];

		if (addresses[i].shown == NULL) {
			assert_row(i, !ipaddr_parse(addresses[i].text, &addr));
			assert_row(i, addr.family == (enum ip_family)77);
			continue;
		}
		assert_row(i, ipaddr_parse(addresses[i].text, &addr));
		assert_ptr_equal(ipaddr_text(&addr, buf), buf);
		assert_string_equal(buf, addresses[i].shown);
	}
}

static void
no_address(void **state)
{
	const struct ipaddr none = { .family = IP_NONE };
	const struct ipnet all = { { .family = IP_V4 }, 0 };
	const struct ipnet all6 = { { .family = IP_V6 }, 0 };
	char buf[IP_TEXT_SIZE];

	(void)state;
	assert_string_equal(ipaddr_text(&none, buf), "-");
	assert_false(ipnet_contains(&all, &none));
	assert_false(ipnet_contains(&all6, &none));
	assert_true(ipaddr_eq(&none, &none));
}

static void
from_socket_address(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct ipaddr a, b;

	(void)state;
	assert_int_equal(ipaddr_from_sockaddr(NULL).family, IP_NONE);
	assert_int_equal(ipaddr_from_sockaddr((void *)&sun).family, IP_NONE);
	inet_pton(AF_INET, "192.0.2.1", &sin.sin_addr);
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6.sin6_addr);
	a = ipaddr_from_sockaddr((void *)&sin);
	b = ipaddr_from_sockaddr((void *)&sin6);
	assert_int_equal(a.family, IP_V4);
	assert_true(ipaddr_eq(&a, &b));
	inet_pton(AF_INET6, "2001:db8::1", &sin6.sin6_addr);
	b = ipaddr_from_sockaddr((void *)&sin6);
	assert_int_equal(b.family, IP_V6);
	assert_int_equal(b.bytes[0], 0x20);
	assert_int_equal(b.bytes[15], 1);
	assert_false(ipaddr_eq(&a, &b));
}

static const struct {
	struct str net;
	const char *in;
	const char *out; /* or NULL */
} nets[] = {
	{ STR("192.0.2.1"), "192.0.2.1", "192.0.2.0" },
	{ STR("192.0.2.0/24"), "192.0.2.255", "192.0.3.0" },
	{ STR("192.0.2.77/24"), "192.0.2.1", "192.0.1.255" },
	{ STR("192.0.2.0/32"), "192.0.2.0", "192.0.2.1" },
	{ STR("192.0.2.0/31"), "192.0.2.1", "192.0.2.2" },
	{ STR("192.0.2.128/25"), "192.0.2.128", "192.0.2.127" },
	{ STR("128.0.0.0/1"), "255.0.0.1", "127.255.255.255" },
	{ STR("0.0.0.0/0"), "255.255.255.255", "::1" },
	{ STR("0.0.0.0/0"), "::ffff:1.2.3.4", "::" },
	{ STR("192.0.2.0/024"), "192.0.2.9", "192.0.3.9" },
	{ STR("10.0.0.0/8"), "::ffff:10.1.2.3", "::ffff:11.1.2.3" },
	{ STR("::ffff:192.0.2.0/120"), "192.0.2.9", "192.0.3.9" },
	{ STR("::ffff:192.0.2.1/128"), "192.0.2.1", "192.0.2.2" },
	{ STR("::ffff:192.0.2.1"), "192.0.2.1", "192.0.2.2" },
	{ STR("::ffff:0:0/96"), "1.2.3.4", "::1" },
	{ STR("2001:db8::/32"), "2001:db8:ffff::1", "2001:db9::" },
	{ STR("2001:db8::/33"), "2001:db8:7fff::", "2001:db8:8000::" },
	{ STR("2001:db8::1"), "2001:db8::1", "2001:db8::" },
	{ STR("2001:db8::1/128"), "2001:db8::1", "2001:db8::3" },
	{ STR("2001:db8::2/127"), "2001:db8::3", "2001:db8::4" },
	{ STR("::/0"), "2001:db8::1", "192.0.2.1" },
	{ STR("::1/128"), "::1", "127.0.0.1" },
};

static void
networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(nets); i++) {
		struct ipnet net;
		struct ipaddr in, out;

		assert_row(i, ipnet_parse(nets[i].net, &net));
		assert_row(i, ipaddr_parse(str_of(nets[i].in), &in));
		assert_row(i, ipaddr_parse(str_of(nets[i].out), &out));
		assert_row(i, ipnet_contains(&net, &in));
		assert_row(i, !ipnet_contains(&net, &out));
	}
}

static const struct str bad_nets[] = {
	STR(""), { NULL, 0 }, STR("/"), STR("/24"), STR("192.0.2.0/"),
	STR("192.0.2.0/33"), STR("192.0.2.0/128"), STR("192.0.2.0/-1"),
	STR("192.0.2.0/+8"), STR("192.0.2.0/ 8"), STR("192.0.2.0 /8"),
	STR("192.0.2.0/8 "), STR("192.0.2.0/8/8"), STR("192.0.2.0//8"),
	STR("192.0.2.0/255.255.255.0"), STR("192.0.2/24"), STR("10/8"),
	STR("192.0.2.0/8x"), STR("192.0.2.0/\0"), STR("192.0.2.0\0/8"),
	STR("192.0.2.0/99999999999999999999"),
	STR("192.0.2.0/4294967304"), STR("192.0.2.0/18446744073709551624"),
	STR("2001:db8::/129"), STR("2001:db8::/"), STR("[2001:db8::]/32"),
	STR("2001:db8::/32/"), STR("::ffff:192.0.2.1/95"),
	STR("::ffff:192.0.2.1/24"), STR("::ffff:192.0.2.1/129"),
	STR("::ffff:192.0.2.1/0"), STR("fe80::%eth0/64"), STR("example.org/8"),
	STR("*"), STR("any"), STR("192.0.2.0-192.0.2.9"),
};

static void
bad_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_nets); i++) {
		struct ipnet net = { .prefix = 4711 };

		assert_row(i, !ipnet_parse(bad_nets[i], &net));
		assert_row(i, net.prefix == 4711);
	}
}

/* Every prefix: the last bit inside counts, the first outside does not. */
static void
every_prefix(void **state)
{
	const struct {
		enum ip_family family;
		unsigned bits;
	} kinds[] = { { IP_V4, 32 }, { IP_V6, 128 } };

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		for (unsigned n = 1; n <= kinds[k].bits; n++) {
			struct ipnet net = { { .family = kinds[k].family }, n };
			struct ipaddr in = net.addr, out = net.addr;

			memset(net.addr.bytes, 0x5a, kinds[k].bits / 8);
			in = out = net.addr;
			assert_row(n, ipnet_contains(&net, &in));
			out.bytes[(n - 1) / 8] ^= 0x80 >> (n - 1) % 8;
			assert_row(n, !ipnet_contains(&net, &out));
			if (n == kinds[k].bits)
				break;
			in.bytes[n / 8] ^= 0x80 >> n % 8;
			assert_row(n, ipnet_contains(&net, &in));
		}
	}
}

static void
lists(void **state)
{
	struct ipnet nets_of_list[2];
	struct ipnet_list list = { nets_of_list, 2 }, nothing = { NULL, 0 };
	struct ipaddr addr;

	(void)state;
	assert_true(ipnet_parse(STR("127.0.0.0/8"), &nets_of_list[0]));
	assert_true(ipnet_parse(STR("::1"), &nets_of_list[1]));
	assert_true(ipaddr_parse(STR("::1"), &addr));
	assert_true(ipnet_list_contains(&list, &addr));
	assert_false(ipnet_list_contains(&nothing, &addr));
	assert_true(ipaddr_parse(STR("::ffff:127.9.9.9"), &addr));
	assert_true(ipnet_list_contains(&list, &addr));
	assert_true(ipaddr_parse(STR("128.0.0.1"), &addr));
	assert_false(ipnet_list_contains(&list, &addr));
	addr.family = IP_NONE;
	assert_false(ipnet_list_contains(&list, &addr));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_and_show),
		cmocka_unit_test(no_address),
		cmocka_unit_test(from_socket_address),
		cmocka_unit_test(networks),
		cmocka_unit_test(bad_networks),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
