/* The form of a record that libspf2 gets. */
#include "unit/spf/fixture.h"

#define V4 "192.0.2.1"
#define V6 "2001:db8::1"

static const struct {
	const char *client, *record, *wanted; /* NULL: permerror */
} rows[] = {
	{ V4, "v=spf1", "v=spf1" },
	{ V4, "v=spf1 -all", "v=spf1 ?exists:t0.x -all" },
	{ V4, "v=spf1 a mx ptr exists:x.test include:x.test ~all",
		"v=spf1 +a:t0.x +mx:t1.x +exists:t2.x +exists:t3.x"
		" +include:t4.x ?exists:t5.x ~all" },
	/* Lengths of the client's family alone, and none that says nothing. */
	{ V4, "v=spf1 a/24 mx:x.test/8//64 a/32 a/0",
		"v=spf1 +a:t0.x/24 +mx:t1.x/8 +a:t2.x +a:t3.x" },
	{ V6, "v=spf1 a/24 mx:x.test/8//64 a//128 a//0",
		"v=spf1 +a:t0.x +mx:t1.x//64 +a:t2.x +a:t3.x" },
	/* Networks without the client go, the first one with him decides. */
	{ V4, "v=spf1 ip4:198.51.100.0/24 ip6:::/0 -ip4:192.0.2.0/24 a -all",
		"v=spf1 ?exists:t0.x -ip4:192.0.2.0/24" },
	{ V4, "v=spf1 ip4:192.0.2.1/32", "v=spf1 ?exists:t0.x +ip4:192.0.2.1" },
	{ V4, "v=spf1 ip4:10.0.0.0/0", "v=spf1 ?exists:t0.x +ip4:192.0.2.1" },
	{ V6, "v=spf1 ip4:0.0.0.0/0 ip6:2001:db8::/32",
		"v=spf1 ?exists:t0.x +ip6:2001:db8::/32" },
	{ V6, "v=spf1 ip6:::/0", "v=spf1 ?exists:t0.x +ip6:2001:db8::1" },
	/* Modifiers: redirect last, and not beside an all. */
	{ V4, "v=spf1 redirect=x.test a exp=e.test x=y",
		"v=spf1 +a:t0.x redirect=t1.x" },
	{ V4, "v=spf1 redirect=x.test -all", "v=spf1 ?exists:t0.x -all" },
	/* A syntax error counts wherever it stands. */
	{ V4, "v=spf1 +all foo", NULL },
	{ V4, "v=spf1 ip4:192.0.2.1 -all a:%", NULL },
	/* What cannot be reached any more is left out. */
	{ V4, "v=spf1 a a a a a a a a a a a a a -all",
		"v=spf1 +a:t0.x +a:t1.x +a:t2.x +a:t3.x +a:t4.x +a:t5.x"
		" +a:t6.x +a:t7.x +a:t8.x +a:t9.x +a:t10.x"
		" ?exists:t11.x -all" },
};

static void
rewrites(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy policy = { .domain = STR("d.test") };
		struct spf_eval eval;
		struct fixture f;
		struct str got = { NULL, 0 };

		fixture_open(&f, "");
		eval_init(&eval, &f, rows[i].client);
		if (!spf_rewrite(&eval, &policy, str_of(rows[i].record), &got))
			assert_row(i, rows[i].wanted == NULL &&
				eval.result == AUTH_PERMERROR);
		else
			assert_str(got, rows[i].wanted);
		assert_int_equal(f.scope.asked, 0);
		fixture_close(&f);
	}
}

/* libspf2 cuts a record silently at about 511 bytes of its own form. */
static void
any_record_becomes_short(void **state)
{
	struct policy policy = { .domain = STR("d.test") };
	struct spf_eval eval;
	struct fixture f;
	struct str got;
	static char record[65536];
	size_t n = 0;

	(void)state;
	n += (size_t)sprintf(record, "v=spf1");
	while (n < 64000)
		n += (size_t)sprintf(record + n, " ip4:10.%zu.0.0/16 a",
			n % 256);
	strcpy(record + n, " -all");
	fixture_open(&f, "");
	eval_init(&eval, &f, V4);
	assert_true(spf_rewrite(&eval, &policy, str_of(record), &got));
	assert_true(got.n < 300);
	assert_true(str_iends(got, STR(" -all")));
	fixture_close(&f);
}

static void
keeps_exp(void **state)
{
	struct policy policy = { .domain = STR("d.test") };
	struct spf_eval eval;
	struct fixture f;
	struct str got;

	(void)state;
	fixture_open(&f, "");
	eval_init(&eval, &f, V4);
	assert_true(spf_rewrite(&eval, &policy,
		STR("v=spf1 -all exp=why.%{d}"), &got));
	assert_str(policy.exp, "why.%{d}");
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rewrites),
		cmocka_unit_test(any_record_becomes_short),
		cmocka_unit_test(keeps_exp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
