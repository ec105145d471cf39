#include "unit/base/check.h"

#include "filter/edits.h"

static const struct header field = { STR("Name"), STR("value"), 3 };

static void
keeps_the_order(void **state)
{
	struct arena *arena = arena_new(0);
	struct edits e = { 0 };

	(void)state;
	edits_add(&e, arena, STR("A"), STR("1"));
	edits_remove(&e, arena, &field);
	edits_change(&e, arena, &field, STR("2"));
	edits_quarantine(&e, arena, STR("why"));
	edits_add(&e, arena, STR("B"), STR(""));
	assert_false(e.failed);
	assert_int_equal(e.count, 5);
	assert_int_equal(e.list[0].kind, EDIT_ADD);
	assert_str(e.list[0].name, "A");
	assert_str(e.list[0].value, "1");
	assert_int_equal(e.list[1].kind, EDIT_REMOVE);
	assert_str(e.list[1].name, "Name");
	assert_int_equal(e.list[1].nth, 3);
	assert_int_equal(e.list[2].kind, EDIT_CHANGE);
	assert_str(e.list[2].value, "2");
	assert_int_equal(e.list[2].nth, 3);
	assert_int_equal(e.list[3].kind, EDIT_QUARANTINE);
	assert_str(e.list[3].value, "why");
	assert_str(e.list[4].name, "B");
	arena_free(arena);
}

static void
grows(void **state)
{
	struct arena *arena = arena_new(0);
	struct edits e = { 0 };

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		edits_add(&e, arena, STR("A"), (struct str){ "x", i % 2 });
	assert_int_equal(e.count, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(e.list[i].value.n, i % 2);
	arena_free(arena);
}

/* A value that could not be made fails the list, not only its edit. */
static void
values_that_failed(void **state)
{
	const struct str none = { NULL, 0 };
	struct arena *arena = arena_new(0);
	struct edits add = { 0 }, change = { 0 }, quarantine = { 0 };

	(void)state;
	edits_add(&add, arena, STR("A"), none);
	edits_change(&change, arena, &field, none);
	edits_quarantine(&quarantine, arena, none);
	assert_true(add.failed && change.failed && quarantine.failed);
	assert_int_equal(add.count + change.count + quarantine.count, 0);
	edits_add(&add, arena, STR("A"), STR("b"));
	assert_true(add.failed);
	arena_free(arena);
}

/* Failure sticks, and what is on the list stays good. */
static void
without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 6000; limit += 11) {
		struct arena *arena = arena_new(limit);
		struct edits e = { 0 };
		size_t pushed = 0;

		for (size_t i = 0; i < 40; i++) {
			edits_remove(&e, arena, &field);
			pushed += !e.failed;
		}
		assert_int_equal(e.failed, pushed < 40);
		assert_true(e.count >= pushed);
		for (size_t i = 0; i < e.count; i++)
			assert_int_equal(e.list[i].nth, 3);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(grows),
		cmocka_unit_test(values_that_failed),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
