#include "dkim/choose.h"
#include "unit/dkim/support.h"

struct row {
	const char *from;
	const char *domains; /* d= of each signature, top first */
	size_t most;
	const char *chosen; /* the same of those that are chosen */
};

static const struct row rows[] = {
	{ "a@x.example", "", 3, "" },
	{ "a@x.example", "x.example", 3, "x.example" },
	{ "a@x.example", "y.example x.example", 3, "y.example x.example" },
	{ "a@x.example", "y.example x.example", 1, "x.example" },
	{ "a@x.example", "y.example z.example X.Example", 2,
		"y.example X.Example" },
	/* Below and above the author's domain is better than elsewhere. */
	{ "a@x.example", "y.test z.test m.x.example x.example", 2,
		"m.x.example x.example" },
	{ "a@x.example", "y.test z.test m.x.example x.example", 3,
		"y.test m.x.example x.example" },
	{ "a@m.x.example", "y.test x.example z.test", 1, "x.example" },
	{ "a@x.example", "badx.example x.example.test y.test", 2,
		"badx.example x.example.test" },
	/* The topmost of one rank. */
	{ "a@x.example", "1.test 2.test 3.test", 2, "1.test 2.test" },
	{ "a@x.example, b@y.example", "1.test y.example x.example", 2,
		"y.example x.example" },
	{ "nonsense", "1.test 2.test", 1, "1.test" },
	{ "a@\xc3\xa4.example", "1.test xn--4ca.example", 1,
		"xn--4ca.example" },
	{ "a@xn--4ca.example", "1.test \xc3\xa4.example", 1,
		"\xc3\xa4.example" },
	{ NULL, "1.test 2.test", 1, "1.test" },
	/* One without d=, and one that is no tag list. */
	{ "a@x.example", "1.test; x.example", 1, "x.example" },
};

static void
add_signatures(struct arena *arena, struct headers *headers, const char *list)
{
	struct str rest = str_of(list);

	while (rest.n > 0) {
		struct str domain = str_cut(&rest, ' ');
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, " v=1; junk; d=");
		sb_add(&sb, domain);
		assert_int_equal(
			0, headers_add(headers, arena, STR("dkim-SIGNATURE"),
				   sb_done(&sb)));
	}
}

static struct str
domains_of(struct arena *arena, const struct choice *list, size_t count)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "");
	for (size_t i = 0; i < count; i++) {
		struct str value = list[i].field->value;
		size_t at = str_index(value, 'd') + 2;

		sb_addz(&sb, i > 0 ? " " : "");
		sb_add(&sb, str_from(value, at));
	}
	return sb_done(&sb);
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct headers headers = { 0 };
		struct choice *list = NULL;
		size_t count = 77;

		add_signatures(arena, &headers, rows[i].domains);
		if (rows[i].from != NULL)
			assert_int_equal(
				0, headers_add(&headers, arena, STR("From"),
					   str_of(rows[i].from)));
		assert_int_equal(0, choose_signatures(arena, &headers,
					    rows[i].most, &list, &count));
		assert_str(domains_of(arena, list, count), rows[i].chosen);
		arena_free(arena);
	}
}

/* As many signatures as fit a header are gone through once. */
static void
test_many(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct choice *list;
	size_t count;

	(void)state;
	for (int i = 0; i < 10000; i++)
		add_signatures(arena, &headers, "other.example");
	assert_int_equal(
		0, choose_signatures(arena, &headers, 20, &list, &count));
	assert_int_equal(20, count);
	assert_ptr_equal(&headers.fields[0], list[0].field);
	assert_ptr_equal(&headers.fields[19], list[19].field);
	arena_free(arena);
}

static void
test_nomem(void **state)
{
	struct arena *outer = arena_new(0);
	struct headers headers = { 0 };
	int r = ERR_NOMEM;

	(void)state;
	add_signatures(outer, &headers, "a.example b.example");
	assert_int_equal(0,
		headers_add(&headers, outer, STR("From"), STR("a@b.example")));
	for (size_t limit = 1; r < 0; limit += 16) {
		struct arena *arena = arena_new(limit);
		struct choice *list;
		size_t count;

		r = choose_signatures(arena, &headers, 1, &list, &count);
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
	}
	arena_free(outer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_nomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
