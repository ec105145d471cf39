#include "unit/base/check.h"

#include "base/deadline.h"

#include <errno.h>

static long long
nanoseconds(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void
after(void **state)
{
	static const long waits[] = { 0, 1, 999, 1000, 1001, 86400000 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct timespec before, t, later;

		clock_gettime(CLOCK_MONOTONIC, &before);
		t = deadline_after(waits[i]);
		clock_gettime(CLOCK_MONOTONIC, &later);
		assert_in_range(t.tv_nsec, 0, 999999999);
		assert_true(nanoseconds(t) >= nanoseconds(before) +
			waits[i] * 1000000LL);
		assert_true(nanoseconds(t) <= nanoseconds(later) +
			waits[i] * 1000000LL);
	}
}

/* By another clock it would be over at once. */
static void
condition(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct timespec until = deadline_after(20), now;
	pthread_cond_t cond;
	int rc = 0;

	(void)state;
	deadline_init_cond(&cond);
	pthread_mutex_lock(&lock);
	while (rc == 0)
		rc = pthread_cond_timedwait(&cond, &lock, &until);
	pthread_mutex_unlock(&lock);
	pthread_cond_destroy(&cond);
	assert_int_equal(ETIMEDOUT, rc);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_true(nanoseconds(now) >= nanoseconds(until));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after),
		cmocka_unit_test(condition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
