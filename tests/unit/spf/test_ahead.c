/* What is asked before its turn, and never too much of it. */
#include "unit/spf/fixture.h"

#define ZONE TXT("d.test", "v=spf1 -all")

static const struct {
	const char *record;
	unsigned terms, voids, ahead; /* so far */
	unsigned asked;		      /* behind the first term */
} rows[] = {
	{ "v=spf1 a:1.test", 0, 0, 0, 0 },
	{ "v=spf1 a:1.test a:2.test", 0, 0, 0, 1 },
	{ "v=spf1 a:1.test mx:2.test exists:3.test", 0, 0, 0, 2 },
	{ "v=spf1 include:1.test redirect=2.test", 0, 0, 0, 1 },
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 0, 0, 0, 2 },
	/* As many as there may be without an answer. */
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 0, 1, 0, 1 },
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 0, 2, 0, 0 },
	/* As many as there may be terms: the next is refused unasked. */
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 9, 0, 0, 0 },
	/* Those of an outer record count. */
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 0, 0, 1, 1 },
	{ "v=spf1 a:1.test a:2.test a:3.test a:4.test", 0, 0, 2, 0 },
	/* Macros and the client's names are for their turn. */
	{ "v=spf1 a:1.test a:%{i}.test ptr a:4.test", 0, 0, 0, 1 },
	/* Without a domain: the current one. */
	{ "v=spf1 a mx", 0, 0, 0, 1 },
};

static void
window(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy policy = { .domain = STR("d.test") };
		struct spf_eval eval;
		struct fixture f;
		struct str form;

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, "192.0.2.1");
		assert_true(spf_rewrite(&eval, &policy,
			str_of(rows[i].record), &form));
		eval.terms = rows[i].terms;
		eval.voids = rows[i].voids;
		eval.ahead = rows[i].ahead;
		spf_ask_ahead(&eval, spf_place_find(&eval, "t0.x"));
		assert_row(i, f.scope.asked == rows[i].asked);
		fixture_close(&f);
	}
}

/* One after the other: nothing is asked twice before its turn. */
static void
turns(void **state)
{
	static const unsigned asked[] = { 2, 3, 4, 4, 4 };
	struct policy policy = { .domain = STR("d.test") };
	struct spf_eval eval;
	struct fixture f;
	struct str form;

	(void)state;
	fixture_open(&f, ZONE);
	eval_init(&eval, &f, "192.0.2.1");
	assert_true(spf_rewrite(&eval, &policy, STR("v=spf1 a:1.test a:2.test "
		"a:3.test a:4.test a:5.test -all"), &form));
	for (size_t i = 0; i < COUNT(asked); i++) {
		char name[PLACE_TEXT_SIZE];

		snprintf(name, sizeof(name), "t%zu.x", i);
		spf_ask_ahead(&eval, spf_place_find(&eval, name));
		assert_row(i, f.scope.asked == asked[i]);
	}
	assert_int_equal(eval.ahead, 0);
	fixture_close(&f);
}

/* A host of an mx term is no term: one more may be under way. */
static void
host(void **state)
{
	struct policy policy = { .domain = STR("d.test") };
	struct place mx = { .kind = PLACE_HOST, .policy = &policy,
		.host = STR("mx.test") };
	char name[PLACE_TEXT_SIZE];
	struct spf_eval eval;
	struct fixture f;
	struct str form;

	(void)state;
	fixture_open(&f, ZONE);
	eval_init(&eval, &f, "192.0.2.1");
	assert_true(spf_rewrite(&eval, &policy,
		STR("v=spf1 mx:1.test a:2.test a:3.test a:4.test"), &form));
	spf_ask_ahead(&eval, spf_place_find(&eval, "t0.x"));
	assert_int_equal(f.scope.asked, 2);
	assert_true(spf_place_add(&eval, &mx, name));
	spf_ask_ahead(&eval, spf_place_find(&eval, name));
	assert_int_equal(f.scope.asked, 3);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window),
		cmocka_unit_test(turns),
		cmocka_unit_test(host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
