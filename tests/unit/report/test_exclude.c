/* Whom we never send reports. */
#include "unit/report/fixture.h"

#include "report/exclude.h"

static void
add(struct fixture *f, const char *text, int changed)
{
	struct str target;

	assert_int_equal(exclude_target(f->r.arena, str_of(text), &target),
		0);
	assert_int_equal(exclude_add(&f->r, target), changed);
}

static void
list(void **state)
{
	struct exclusions all;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	add(&f, "Bank.Example.", 1);
	add(&f, "bank.example", 0);
	add(&f, "a@B.example", 1);
	assert_int_equal(exclude_load(&f.r, &all), 0);
	assert_int_equal(all.count, 2);
	assert_str(all.targets[0], "a@b.example");
	assert_str(all.targets[1], "bank.example");
	assert_int_equal(exclude_remove(&f.r, STR("bank.example")), 1);
	assert_int_equal(exclude_remove(&f.r, STR("bank.example")), 0);
	fixture_close(&f);
}

static void
targets(void **state)
{
	static const char *const bad[] = { "", "@", "a@", "@b.example",
		"not a name", "a b@c.example", "a@b@c" };
	struct arena *arena = arena_new(0);
	struct str target;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_row(i, exclude_target(arena, str_of(bad[i]), &target) ==
			ERR_SYNTAX);
	arena_free(arena);
}

static void
matches(void **state)
{
	struct str texts[] = { STR("bank.example"), STR("a@b.example") };
	const struct exclusions all = { texts, 2 };
	static const struct {
		const char *address, *host;
		bool excluded;
	} rows[] = {
		{ "a@b.example", "b.example", true },
		{ "A@b.example", "b.example", true },
		{ "c@b.example", "b.example", false },
		{ "x@bank.example", "bank.example", true },
		{ "x@mail.bank.example", "mail.bank.example", true },
		{ "x@notbank.example", "notbank.example", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct destination d = { str_of(rows[i].address),
			str_of(rows[i].host) };

		assert_row(i, excludes_destination(&all, &d) ==
			rows[i].excluded);
	}
	assert_true(excludes_domain(&all, STR("bank.example")));
	assert_false(excludes_domain(&all, STR("example")));
	assert_false(excludes_domain(&all, STR("b.example")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list),
		cmocka_unit_test(targets),
		cmocka_unit_test(matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
