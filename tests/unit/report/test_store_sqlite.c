/* What goes into the database comes out of it. */
#include "unit/report/fixture.h"

struct seen {
	int rows;
	int64_t number;
	char text[16], bytes[16];
	size_t text_size, bytes_size;
};

static int
look(void *arg, const struct value *columns)
{
	struct seen *seen = arg;

	seen->rows++;
	seen->number = columns[0].number;
	seen->text_size = columns[1].text.n;
	memcpy(seen->text, columns[1].text.p, columns[1].text.n);
	seen->bytes_size = columns[2].text.n;
	if (columns[2].text.n > 0)
		memcpy(seen->bytes, columns[2].text.p, columns[2].text.n);
	return seen->rows == 2 ? ERR_LIMIT : 0;
}

static void
values(void **state)
{
	struct seen seen = { 0 };
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_run(f.r.store,
		"CREATE TABLE t (n BIGINT, s TEXT, b BYTEA)", NO_PARAMS), 0);
	assert_int_equal(store_run(f.r.store, "INSERT INTO t VALUES "
		"($1, $2, $3)", PARAMS(INT(INT64_MIN), TEXT(STR("\xc3\xa4'")),
		BYTES(STR("\0\xff\n")))), 1);
	assert_int_equal(store_each(f.r.store, "SELECT n, s, b FROM t",
		NO_PARAMS, look, &seen), 0);
	assert_int_equal(seen.rows, 1);
	assert_int_equal(seen.number, INT64_MIN);
	assert_int_equal(seen.text_size, 3);
	assert_memory_equal(seen.text, "\xc3\xa4'", 3);
	assert_int_equal(seen.bytes_size, 3);
	assert_memory_equal(seen.bytes, "\0\xff\n", 3);
	fixture_close(&f);
}

/* A row can end the query, and the statement can be run again. */
static void
ended_early(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_run(f.r.store,
		"CREATE TABLE t (n BIGINT, s TEXT, b BYTEA)", NO_PARAMS), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(store_run(f.r.store, "INSERT INTO t VALUES "
			"($1, '', $2)", PARAMS(INT(i), BYTES(STR("")))), 1);
	for (int i = 0; i < 3; i++) {
		struct seen seen = { 0 };

		assert_int_equal(store_each(f.r.store, "SELECT n, s, b FROM t "
			"ORDER BY n", NO_PARAMS, look, &seen), ERR_LIMIT);
		assert_int_equal(seen.rows, 2);
		assert_int_equal(seen.number, 1);
	}
	assert_int_equal(store_run(f.r.store, "UPDATE t SET n = 7 "
		"WHERE n > $1", PARAMS(INT(1))), 3);
	fixture_close(&f);
}

/* Who wrote to whom is not for everybody to read. */
static void
mode(void **state)
{
	struct fixture f;
	struct stat st;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(stat(f.settings.conf.database, &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(ended_early),
		cmocka_unit_test(mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
