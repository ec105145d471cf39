#include "unit/base/check.h"

#include "base/arena.h"

#include <stdalign.h>

/* Huge sizes are refused, not fatal, under AddressSanitizer, too. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static bool
is_filled(const unsigned char *p, size_t n, unsigned char with)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != with)
			return false;
	return true;
}

static const size_t sizes[] = { 1, 2, 15, 16, 17, 31, 32, 33, 1015, 1016, 1017,
	4000, 4063, 4064, 4065, 4096, 65536, 3, 1, 4064, 5 };

/* Zeroed, aligned for any type, and no two allocations overlap. */
static void
allocations(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned char *p[COUNT(sizes)];

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		p[i] = arena_alloc(arena, sizes[i]);
		assert_row(i, p[i] != NULL);
		assert_row(i, (uintptr_t)p[i] % alignof(max_align_t) == 0);
		assert_row(i, is_filled(p[i], sizes[i], 0));
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < COUNT(sizes); i++)
		assert_row(i, is_filled(p[i], sizes[i], (unsigned char)i + 1));
	arena_free(arena);
}

static void
empty_allocations(void **state)
{
	struct arena *arena = arena_new(0);
	void *a = arena_alloc(arena, 0), *b = arena_alloc(arena, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	assert_non_null(arena_array(arena, 0, 8));
	assert_non_null(arena_array(arena, 8, 0));
	arena_free(arena);
	arena_free(NULL);
}

static const struct {
	size_t limit;
	size_t first;
	bool first_fits;
	size_t second;
	bool second_fits;
} ceilings[] = {
	{ 160, 160, true, 1, false },
	{ 160, 161, false, 160, true },
	{ 160, 144, true, 16, true },
	{ 160, 144, true, 17, false },
	{ 160, 0, true, 160, false },
	{ 1, 1, true, 1, false },
	{ 1, 2, false, 1, true },
	{ 10, 10, true, 1, false },
	{ 5000, 5000, true, 1, false },
	{ 5000, 4992, true, 8, true },
	{ 5000, SIZE_MAX, false, 5000, true },
	{ 5000, SIZE_MAX - 15, false, 5000, true },
	{ SIZE_MAX, SIZE_MAX, false, 1, true },
	{ SIZE_MAX, SIZE_MAX - 64, false, 1, true },
	{ 0, SIZE_MAX, false, 1, true },
	{ 0, SIZE_MAX - 1, false, 1, true },
	{ 0, SIZE_MAX - 4096, false, 1, true },
	{ 0, SIZE_MAX / 2 + 1, false, 1, true },
	{ 0, SIZE_MAX / 2, false, 1, true },
	{ 0, 10 << 20, true, 10 << 20, true },
};

/* What does not fit fails, and takes nothing away from what does. */
static void
ceiling(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ceilings); i++) {
		struct arena *arena = arena_new(ceilings[i].limit);
		void *p = arena_alloc(arena, ceilings[i].first);

		assert_row(i, (p != NULL) == ceilings[i].first_fits);
		p = arena_alloc(arena, ceilings[i].second);
		assert_row(i, (p != NULL) == ceilings[i].second_fits);
		arena_free(arena);
	}
}

static void
many_small_ones_stop_at_the_ceiling(void **state)
{
	struct arena *arena = arena_new(100000);
	size_t total = 0;

	(void)state;
	while (arena_alloc(arena, 7) != NULL)
		total += 7;
	assert_in_range(total, 40000, 100000);
	assert_null(arena_alloc(arena, 100000));
	assert_in_range(arena_used(arena), total, 100000 + 16);
	arena_free(arena);
}

static void
array_product(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	assert_null(arena_array(arena, SIZE_MAX, SIZE_MAX));
	assert_null(arena_array(arena, SIZE_MAX / 2 + 1, 2));
	assert_null(arena_array(arena, SIZE_MAX / 16 + 2, 16));
	assert_null(arena_array(arena, ((size_t)1 << 32) + 1,
		((size_t)1 << 32) + 1));
	assert_null(arena_array(arena, (1 << 20) / 8 + 1, 8));
	assert_non_null(arena_array(arena, (1 << 20) / 8, 8));
	arena_free(arena);
}

/* ---- cleanups ----------------------------------------------------------- */

struct order {
	char *text; /* in the arena: it must live until the last cleanup ran */
	int number;
};

static int ran[8];
static size_t ran_count;

static void
note(void *arg)
{
	struct order *order = arg;

	assert_string_equal(order->text, "alive");
	ran[ran_count++] = order->number;
}

static void
cleanups_in_reverse(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	ran_count = 0;
	for (int i = 0; i < 5; i++) {
		struct order *order = arena_alloc(arena, sizeof(*order));

		order->text = arena_strdup(arena, "alive");
		order->number = i;
		assert_int_equal(arena_defer(arena, note, order), 0);
		assert_non_null(arena_alloc(arena, 5000));
	}
	assert_int_equal(ran_count, 0);
	arena_free(arena);
	assert_int_equal(ran_count, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(ran[i], 4 - i);
}

static void
count_up(void *arg)
{
	++*(int *)arg;
}

/* Whatever the ceiling: the cleanup runs once, now or at the end. */
static void
defer_that_fails(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 200; limit++) {
		struct arena *arena = arena_new(limit);
		int calls = 0, err = arena_defer(arena, count_up, &calls);

		if (err != 0)
			assert_int_equal(err, ERR_NOMEM);
		assert_int_equal(calls, err == 0 ? 0 : 1);
		arena_free(arena);
		assert_int_equal(calls, 1);
	}
}

/* ---- grow --------------------------------------------------------------- */

static void
grow_newest_stays(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned char *p = arena_grow(arena, NULL, 0, 10), *q;

	(void)state;
	assert_non_null(p);
	assert_true(is_filled(p, 10, 0));
	memset(p, 'x', 10);
	q = arena_grow(arena, p, 10, 400);
	assert_ptr_equal(q, p);
	assert_true(is_filled(q, 10, 'x'));
	assert_true(is_filled(q + 10, 390, 0));
	arena_free(arena);
}

static void
grow_older_moves(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned char *p = arena_alloc(arena, 100), *other, *q;

	(void)state;
	memset(p, 'x', 100);
	other = arena_alloc(arena, 1);
	*other = 'o';
	q = arena_grow(arena, p, 100, 101);
	assert_ptr_not_equal(q, p);
	assert_true(is_filled(q, 100, 'x'));
	assert_int_equal(q[100], 0);
	assert_int_equal(*other, 'o');
	arena_free(arena);
}

/* Beyond its block it moves; nothing is lost on the long way. */
static void
grow_step_by_step(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned char *p = NULL;

	(void)state;
	for (size_t n = 0; n < 9000; n += 13) {
		p = arena_grow(arena, p, n, n + 13);
		assert_non_null(p);
		assert_true(is_filled(p, n, 'x'));
		assert_true(is_filled(p + n, 13, 0));
		memset(p, 'x', n + 13);
	}
	arena_free(arena);
}

static void
grow_that_fails(void **state)
{
	struct arena *arena = arena_new(4096);
	unsigned char *p = arena_alloc(arena, 100);

	(void)state;
	memset(p, 'x', 100);
	assert_null(arena_grow(arena, p, 100, 5000));
	assert_null(arena_grow(arena, p, 100, SIZE_MAX));
	assert_null(arena_grow(arena, p, 100, SIZE_MAX - 15));
	assert_null(arena_grow(arena, NULL, 0, 5000));
	assert_true(is_filled(p, 100, 'x'));
	assert_ptr_equal(arena_grow(arena, p, 100, 100), p);
	assert_ptr_equal(arena_grow(arena, p, 100, 50), p);
	assert_non_null(arena_grow(arena, p, 100, 200));
	arena_free(arena);
}

/* In place only the new bytes are handed out, up to the last one. */
static void
grow_to_the_ceiling(void **state)
{
	struct arena *arena = arena_new(400);
	unsigned char *p = arena_alloc(arena, 208), *q;

	(void)state;
	memset(p, 'x', 208);
	q = arena_grow(arena, p, 208, 400);
	assert_ptr_equal(q, p);
	assert_true(is_filled(p, 208, 'x'));
	assert_true(is_filled(p + 208, 192, 0));
	assert_null(arena_grow(arena, p, 400, 401));
	arena_free(arena);
}

/* A large allocation between small ones takes no room of theirs. */
static void
small_ones_share_a_block(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned char *a = arena_alloc(arena, 16), *b;

	(void)state;
	assert_non_null(arena_alloc(arena, 100000));
	b = arena_alloc(arena, 16);
	assert_ptr_equal(b, a + 16);
	arena_free(arena);
}

/* ---- copies ------------------------------------------------------------- */

static void
copies(void **state)
{
	struct arena *arena = arena_new(0);
	char text[] = "a\0b";
	struct str copy = arena_copy(arena, (struct str){ text, 3 });

	(void)state;
	text[0] = 'z';
	assert_int_equal(copy.n, 3);
	assert_memory_equal(copy.p, "a\0b", 4);
	copy = arena_copy(arena, (struct str){ NULL, 0 });
	assert_non_null(copy.p);
	assert_int_equal(copy.n, 0);
	assert_int_equal(copy.p[0], 0);
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_string_equal(arena_strdup(arena, "text"), "text");
	copy = arena_copy(arena, (struct str){ text, SIZE_MAX });
	assert_null(copy.p);
	assert_int_equal(copy.n, 0);
	copy = arena_copy(arena, (struct str){ text, SIZE_MAX - 1 });
	assert_null(copy.p);
	arena_free(arena);
}

static void
copies_without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 20; limit++) {
		struct arena *arena = arena_new(limit);
		struct str copy = arena_copy(arena, STR("0123456789"));

		assert_int_equal(copy.p != NULL, limit >= 11);
		assert_int_equal(copy.n, limit >= 11 ? 10 : 0);
		arena_free(arena);
		arena = arena_new(limit);
		assert_int_equal(arena_strdup(arena, "0123456789") != NULL,
			limit >= 11);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations),
		cmocka_unit_test(empty_allocations),
		cmocka_unit_test(ceiling),
		cmocka_unit_test(many_small_ones_stop_at_the_ceiling),
		cmocka_unit_test(array_product),
		cmocka_unit_test(cleanups_in_reverse),
		cmocka_unit_test(defer_that_fails),
		cmocka_unit_test(grow_newest_stays),
		cmocka_unit_test(grow_older_moves),
		cmocka_unit_test(grow_step_by_step),
		cmocka_unit_test(grow_that_fails),
		cmocka_unit_test(grow_to_the_ceiling),
		cmocka_unit_test(small_ones_share_a_block),
		cmocka_unit_test(copies),
		cmocka_unit_test(copies_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
