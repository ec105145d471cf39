/* One host of many sends. */
#include "unit/report/fixture.h"

#include "report/lease.h"

static void
one_at_a_time(void **state)
{
	struct report_settings second;
	struct reporter other;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	second = f.settings;
	second.host = STR("mx2.home.example");
	other = f.r;
	other.settings = &second;
	assert_int_equal(lease_take(&f.r), 1);
	assert_int_equal(lease_take(&f.r), 1);
	assert_int_equal(lease_take(&other), 0);
	assert_int_equal(lease_release(&other), 0);
	assert_int_equal(lease_take(&other), 0);
	assert_int_equal(lease_release(&f.r), 0);
	assert_int_equal(lease_take(&other), 1);
	assert_int_equal(lease_take(&f.r), 0);
	/* A host that slept finds out. */
	assert_int_equal(store_run(f.r.store, "UPDATE leases SET owner = 'x'",
		NO_PARAMS), 1);
	assert_int_equal(lease_take(&other), 1);
	other.lease -= LEASE_RENEW;
	assert_int_equal(lease_take(&other), 0);
	/* A host that died. */
	assert_int_equal(store_run(f.r.store, "UPDATE leases SET expires = "
		"expires - $1", PARAMS(INT(LEASE_SECONDS + 1))), 1);
	assert_int_equal(lease_take(&f.r), 1);
	fixture_close(&f);
}

static int
lock(void *arg)
{
	return -lease_lock_directory(arg);
}

static void
one_process(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(in_child(lock, f.directory, 5), 0);
	assert_int_equal(lease_lock_directory(f.directory), 0);
	assert_int_equal(in_child(lock, f.directory, 5), -ERR_LIMIT);
	assert_int_equal(lease_lock_directory("/no/where"), ERR_IO);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(one_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
