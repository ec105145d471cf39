#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dns/zone.h"

static struct rdata
wire(struct str s)
{
	return (struct rdata){ (const uint8_t *)s.p, s.n };
}

static struct zone *
new_zone(struct arena **ret_arena)
{
	struct zone *zone;

	*ret_arena = arena_new(0);
	zone = zone_new(*ret_arena);
	assert_non_null(zone);
	return zone;
}

static void
test_add(void **state)
{
	struct arena *arena;
	struct zone *zone = new_zone(&arena);
	struct dns_reply reply;

	(void)state;
	assert_int_equal(zone_add(zone, STR("a.b"), DNS_A, 60,
		wire(STR("1234"))), 0);
	assert_int_equal(zone_add(zone, STR("a.b"), DNS_A, 30,
		wire(STR("5678"))), 0);
	assert_int_equal(zone_add(zone, STR("a.b"), DNS_A, 60,
		wire(STR("123"))), ERR_SYNTAX);
	assert_int_equal(zone_add(zone, STR("c"), ZONE_CNAME, 60,
		wire(STR("x"))), ERR_SYNTAX);
	assert_int_equal(zone_add(zone, STR("d"), 99, 60, wire(STR("x"))), 0);
	reply = zone_resolve(zone, STR("a.b"), DNS_A);
	assert_int_equal(reply.status, DNS_FOUND);
	assert_int_equal(reply.ttl, 30);
	assert_int_equal(reply.count, 2);
	assert_memory_equal(reply.rdata[0].p, "1234", 4);
	assert_memory_equal(reply.rdata[1].p, "5678", 4);
	assert_int_equal(zone_resolve(zone, STR("a.b"), DNS_MX).status,
		DNS_NODATA);
	assert_int_equal(zone_resolve(zone, STR("b"), DNS_A).status,
		DNS_NODATA);
	assert_int_equal(zone_resolve(zone, STR("c"), DNS_A).status,
		DNS_NXDOMAIN);
	assert_int_equal(zone_resolve(zone, STR("d"), DNS_A).status,
		DNS_NODATA);
	arena_free(arena);
}

/* c0 -> c1 -> ... -> c<length>, which has the address. */
static enum dns_status
follow(unsigned length)
{
	struct arena *arena;
	struct zone *zone = new_zone(&arena);
	enum dns_status status;

	for (unsigned i = 0; i <= length; i++) {
		struct str name = { arena_alloc(arena, 4), 3 };
		struct str next = { arena_alloc(arena, 8), 5 };

		snprintf((char *)name.p, 4, "c%02u", i % 100);
		snprintf((char *)next.p, 8, "\3c%02u",
			(i + 1) % 100);
		if (i < length)
			assert_int_equal(zone_add(zone, name, ZONE_CNAME, 60,
				wire(next)), 0);
		else
			assert_int_equal(zone_add(zone, name, DNS_A, 60,
				wire(STR("1234"))), 0);
	}
	status = zone_resolve(zone, STR("c00"), DNS_A).status;
	arena_free(arena);
	return status;
}

static void
test_cname_depth(void **state)
{
	(void)state;
	assert_int_equal(follow(0), DNS_FOUND);
	assert_int_equal(follow(15), DNS_FOUND);
	assert_int_equal(follow(16), DNS_FAILURE);
	assert_int_equal(follow(90), DNS_FAILURE);
}

static void
test_fault(void **state)
{
	struct arena *arena;
	struct zone *zone = new_zone(&arena);

	(void)state;
	assert_int_equal(zone_add(zone, STR("a.b"), DNS_A, 60,
		wire(STR("1234"))), 0);
	assert_int_equal(zone_add_fault(zone, STR("a.b"), FAULT_TIMEOUT), 0);
	assert_int_equal(zone_add_fault(zone, STR("x.y"), FAULT_FAILURE), 0);
	assert_int_equal(zone_resolve(zone, STR("a.b"), DNS_A).status,
		DNS_TIMEOUT);
	assert_int_equal(zone_resolve(zone, STR("x.y"), DNS_A).status,
		DNS_FAILURE);
	assert_int_equal(zone_resolve(zone, STR("y"), DNS_A).status,
		DNS_NODATA);
	arena_free(arena);
}

static void
test_no_memory(void **state)
{
	struct arena *full = arena_new(8), *arena = arena_new(40000);
	struct zone *zone = zone_new(arena);
	int rc = 0;

	(void)state;
	assert_null(zone_new(full));
	assert_non_null(zone);
	for (int i = 0; i < 10000 && rc == 0; i++)
		rc = zone_add(zone, STR("a"), DNS_A, 60, wire(STR("1234")));
	assert_int_equal(rc, ERR_NOMEM);
	arena_free(arena);
	arena_free(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_cname_depth),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
