#include "dkim/pool.h"
#include "unit/dkim/support.h"

static void
test_limit(void **state)
{
	struct pool pool = { .limit = 100 };
	void *a, *b;

	(void)state;
	a = pool_alloc(&pool, 60);
	assert_non_null(a);
	assert_null(pool_alloc(&pool, 41));
	assert_true(pool.starved);
	b = pool_alloc(&pool, 40);
	assert_non_null(b);
	pool_free(&pool, a);
	assert_int_equal(40, pool.used);
	assert_null(pool_alloc(&pool, SIZE_MAX));
	pool_free(&pool, NULL);
	pool_empty(&pool);
	assert_int_equal(0, pool.used);
	assert_null(pool.blocks);
}

/* In any order, and with what is left over at the end. */
static void
test_order(void **state)
{
	struct pool pool = { .limit = 100000 };
	char *p[10];

	(void)state;
	for (int i = 0; i < 10; i++) {
		p[i] = pool_alloc(&pool, 24);
		/* The margin, too, may be written. */
		memset(p[i], 0xff, 24 + sizeof(void *));
		assert_int_equal(0, (uintptr_t)p[i] % 16);
	}
	for (int i = 0; i < 10; i += 3)
		pool_free(&pool, p[i]);
	pool_free(&pool, p[8]);
	assert_int_equal(5 * 24, pool.used);
	pool_empty(&pool);
	assert_int_equal(0, pool.used);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
