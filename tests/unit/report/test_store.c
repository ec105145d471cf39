/* The store: transactions, versions, and what a broken file says. */
#include "unit/report/fixture.h"

#include <time.h>

static void
transactions(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_begin(f.r.store), 0);
	assert_int_equal(store_run(f.r.store, "INSERT INTO secrets VALUES "
		"('a', 'x')", NO_PARAMS), 1);
	assert_int_equal(store_end(f.r.store, ERR_SYNTAX), ERR_SYNTAX);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM secrets"),
		0);
	assert_int_equal(store_begin(f.r.store), 0);
	assert_int_equal(store_run(f.r.store, "INSERT INTO secrets VALUES "
		"('a', 'x')", NO_PARAMS), 1);
	assert_int_equal(store_end(f.r.store, 0), 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM secrets"),
		1);
	fixture_close(&f);
}

/* A rollback must not hide why it was needed. */
static void
the_first_reason(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_run(f.r.store, "SELECT name FROM nowhere",
		NO_PARAMS), ERR_LIBRARY);
	assert_non_null(strstr(store_why(f.r.store), "nowhere"));
	store_rollback(f.r.store);
	assert_non_null(strstr(store_why(f.r.store), "nowhere"));
	fixture_close(&f);
}

static void
the_clock(void **state)
{
	struct fixture f;
	int64_t before = time(NULL), now;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_clock(f.r.store, &now), 0);
	assert_in_range(now, before - 1, time(NULL) + 1);
	fixture_close(&f);
}

static void
reopened(void **state)
{
	struct store *again, *later;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_run(f.r.store, "INSERT INTO secrets VALUES "
		"('a', 'x')", NO_PARAMS), 1);
	assert_int_equal(store_open(f.r.arena,
		str_of(f.settings.conf.database), &again), 0);
	assert_int_equal(store_run(again, "DELETE FROM secrets", NO_PARAMS),
		1);
	assert_int_equal(store_run(again, "UPDATE about SET value = 99 "
		"WHERE name = 'version'", NO_PARAMS), 1);
	store_close(again);
	assert_int_equal(store_open(f.r.arena,
		str_of(f.settings.conf.database), &later), ERR_CONFIG);
	assert_non_null(strstr(store_why(later), "later mailvet"));
	store_close(later);
	fixture_close(&f);
}

static void
not_a_database(void **state)
{
	static const struct {
		const char *name, *content, *why;
	} rows[] = {
		{ "garbage", "This is not a database, but it is quite long.",
			"not a database" },
		{ "no/where", NULL, "unable to open" },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *path = fixture_path(&f, rows[i].name);
		struct store *store = NULL;

		if (rows[i].content != NULL)
			fixture_write(&f, rows[i].name,
				str_of(rows[i].content));
		assert_row(i, store_open(f.r.arena, str_of(path), &store) ==
			ERR_LIBRARY);
		assert_non_null(store);
		if (strstr(store_why(store), rows[i].why) == NULL)
			fail_msg("%s", store_why(store));
		store_close(store);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transactions),
		cmocka_unit_test(the_first_reason),
		cmocka_unit_test(the_clock),
		cmocka_unit_test(reopened),
		cmocka_unit_test(not_a_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
