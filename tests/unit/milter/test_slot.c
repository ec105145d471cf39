#include "unit/base/check.h"

#include "milter/slot.h"

#include <stdatomic.h>

/* A filter that counts the snapshots that are alive. */
static atomic_int alive;

static void
forget(void *arg)
{
	(void)arg;
	alive--;
}

static int
load_filter(const struct load *load, const void **settings)
{
	*settings = load->common;
	alive++;
	return arena_defer(load->arena, forget, NULL);
}

static const struct filter filter = { .name = "test", .load = load_filter };
static const struct filter *const filters[] = { &filter, NULL };
static const struct program program = { "test", "", filters };

static struct snapshot *
load(void)
{
	struct conf_errors errors = { .arena = arena_new(0) };
	struct snapshot *ret;

	assert_int_equal(
		0, snapshot_load(&program, NULL, NULL, &errors, &ret));
	arena_free(errors.arena);
	return ret;
}

static void
replaces(void **state)
{
	struct snapshot *first = load(), *taken;
	struct slot slot;

	(void)state;
	slot_init(&slot, first);
	taken = slot_take(&slot);
	assert_ptr_equal(taken, first);
	slot_replace(&slot, load());
	/* A session keeps what it began with. */
	assert_int_equal(alive, 2);
	snapshot_unref(taken);
	assert_int_equal(alive, 1);
	taken = slot_take(&slot);
	assert_ptr_not_equal(taken, first);
	snapshot_unref(taken);
	assert_int_equal(alive, 1);
	slot_destroy(&slot);
	assert_int_equal(alive, 0);
}

/* ---- sessions while a reload happens ------------------------------------ */

static atomic_bool stop;

static void *
sessions(void *arg)
{
	struct slot *slot = arg;
	size_t bad = 0;

	while (!stop) {
		struct snapshot *s = slot_take(slot);

		bad += s->program != &program ||
			s->settings[0] != s->common;
		snapshot_unref(s);
	}
	return (void *)bad;
}

static void
reloads_under_load(void **state)
{
	pthread_t threads[4];
	struct slot slot;
	void *bad;

	(void)state;
	slot_init(&slot, load());
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(0, pthread_create(
			&threads[i], NULL, sessions, &slot));
	for (int i = 0; i < 300; i++)
		slot_replace(&slot, load());
	stop = true;
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	assert_int_equal(alive, 1);
	slot_destroy(&slot);
	assert_int_equal(alive, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces),
		cmocka_unit_test(reloads_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
