#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dns/rdata.h"

static const struct {
	enum dns_type type;
	struct str wire;
	struct str data; /* p == NULL: ERR_SYNTAX */
	unsigned preference, strings;
} cases[] = {
	{ DNS_A, STR("\xc0\x00\x02\x01"), STR("\xc0\x00\x02\x01"), 0, 0 },
	{ DNS_A, STR("\xc0\x00\x02"), { NULL, 0 }, 0, 0 },
	{ DNS_A, STR("\xc0\x00\x02\x01\x01"), { NULL, 0 }, 0, 0 },
	{ DNS_A, STR(""), { NULL, 0 }, 0, 0 },
	{ DNS_AAAA, STR("0123456789abcdef"), STR("0123456789abcdef"), 0, 0 },
	{ DNS_AAAA, STR("0123"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\1A\7eXample\0"), STR("a.example"), 0, 0 },
	{ DNS_PTR, STR("\0"), STR(""), 0, 0 },
	{ DNS_PTR, STR(""), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\1a\7example"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\1a\7exampl"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\1a\0\1"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\1a\xc0\x0c"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\3a.b\0"), { NULL, 0 }, 0, 0 },
	{ DNS_PTR, STR("\3a\0\xff\0"), STR("a\0\xff"), 0, 0 },
	{ DNS_MX, STR("\1\2\1m\0"), STR("m"), 258, 0 },
	{ DNS_MX, STR("\0\0\0"), STR(""), 0, 0 },
	{ DNS_MX, STR("\0\12"), { NULL, 0 }, 0, 0 },
	{ DNS_MX, STR("\0"), { NULL, 0 }, 0, 0 },
	{ DNS_TXT, STR("\3abc"), STR("abc"), 0, 1 },
	{ DNS_TXT, STR("\3abc\0\2\0D"), STR("abc\0D"), 0, 3 },
	{ DNS_TXT, STR("\0"), STR(""), 0, 1 },
	{ DNS_TXT, STR(""), { NULL, 0 }, 0, 0 },
	{ DNS_TXT, STR("\4abc"), { NULL, 0 }, 0, 0 },
	{ DNS_TXT, STR("\3abc\1"), { NULL, 0 }, 0, 0 },
	{ (enum dns_type)33, STR("abc"), { NULL, 0 }, 0, 0 },
};

/* On the heap and of exact size, so that each byte too far is noticed. */
static struct rdata
exact_copy(struct str s)
{
	uint8_t *p = malloc(s.n);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct rdata){ p, s.n };
}

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rdata wire = exact_copy(cases[i].wire);
		char *out = malloc(wire.n);
		struct dns_record record = { .strings = 77 };
		int rc = rdata_decode(cases[i].type, wire, out, &record);

		if (cases[i].data.p == NULL) {
			assert_int_equal(rc, ERR_SYNTAX);
			assert_int_equal(record.strings, 77);
		} else {
			assert_int_equal(rc, 0);
			assert_true(str_eq(record.data, cases[i].data));
			assert_int_equal(record.preference,
				cases[i].preference);
			assert_int_equal(record.strings, cases[i].strings);
		}
		free(out);
		free((void *)wire.p);
	}
}

/* 255 bytes on the wire are 253 in text; one more is none. */
static void
test_longest_name(void **state)
{
	uint8_t wire[300] = { 0 };
	char out[300];
	struct str name;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memset(wire + i * 64, 'a', 64);
		wire[i * 64] = 63;
	}
	memset(wire + 192, 'a', 63);
	wire[192] = 61;
	wire[254] = 0;
	assert_int_equal(rdata_name((struct rdata){ wire, 255 }, out, &name),
		0);
	assert_int_equal(name.n, 253);
	wire[192] = 62;
	wire[254] = 'a';
	wire[255] = 0;
	assert_int_equal(rdata_name((struct rdata){ wire, 256 }, out, &name),
		ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_longest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
