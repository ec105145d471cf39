/* How an evaluation ends, and its places. */
#include "unit/spf/fixture.h"

static struct fixture f;
static struct spf_eval eval;

static int
set_up(void **state)
{
	(void)state;
	fixture_open(&f, "");
	eval_init(&eval, &f, "192.0.2.1");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

static void
the_first_reason_counts(void **state)
{
	(void)state;
	spf_stop(&eval, AUTH_PERMERROR, "%s of %d", "too many", 10);
	spf_stop(&eval, AUTH_TEMPERROR, "another");
	assert_true(eval.stopped);
	assert_int_equal(eval.result, AUTH_PERMERROR);
	assert_str(eval.reason, "too many of 10");
	spf_stop_nomem(&eval);
	assert_int_equal(eval.result, AUTH_PERMERROR);
	assert_true(eval.no_memory);
}

/* It may hold a stranger's words. */
static void
reasons_are_escaped(void **state)
{
	(void)state;
	spf_stop(&eval, AUTH_PERMERROR, "%s", "a\r\nb\xff");
	assert_str(eval.reason, "a\\x0d\\x0ab\\xff");
}

static void
long_reasons_are_cut(void **state)
{
	static char text[5000];

	(void)state;
	memset(text, '\1', sizeof(text) - 1);
	spf_stop(&eval, AUTH_PERMERROR, "%s", text);
	assert_true(eval.reason.n > 100 && eval.reason.n < 2000);
}

static void
places_keep_their_names(void **state)
{
	char name[PLACE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		const struct place place = { .kind = PLACE_TERM,
			.term = { .prefix4 = (unsigned)i } };

		assert_true(spf_place_add(&eval, &place, name));
		assert_int_equal(spf_place_find(&eval, name)->term.prefix4, i);
	}
	assert_int_equal(spf_place_find(&eval, "t0.x")->term.prefix4, 0);
	assert_int_equal(spf_place_find(&eval, "t99.x")->term.prefix4, 99);
}

static void
other_names_are_no_places(void **state)
{
	static const char *const names[] = { "", "t", ".x", "t.x", "t0", "0.x",
		"t1.x", "t-1.x", "t0.y", "tt0.x", "t0.x.x", "example.org",
		"t18446744073709551616.x" };
	const struct place place = { .kind = PLACE_TERM };
	char name[PLACE_TEXT_SIZE];

	(void)state;
	assert_null(spf_place_find(&eval, "t0.x"));
	assert_true(spf_place_add(&eval, &place, name));
	for (size_t i = 0; i < COUNT(names); i++)
		assert_row(i, spf_place_find(&eval, names[i]) == NULL);
}

static void
no_memory_is_told(void **state)
{
	const struct place place = { .kind = PLACE_TERM };
	struct arena *small = arena_new(100);
	char name[PLACE_TEXT_SIZE];

	(void)state;
	eval.arena = small;
	assert_false(spf_place_add(&eval, &place, name));
	assert_true(eval.stopped && eval.no_memory);
	assert_int_equal(eval.result, AUTH_TEMPERROR);
	arena_free(small);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_reason_counts),
		TEST(reasons_are_escaped),
		TEST(long_reasons_are_cut),
		TEST(places_keep_their_names),
		TEST(other_names_are_no_places),
		TEST(no_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
