/* The domain's own words (RFC 7208 section 6.2). */
#include "unit/spf/fixture.h"

#define ZONE TXT("e.test", "no: %{c} for %{d} of %{o} by %{h} to %{r}") \
	TXT("two.test", "a") TXT("two.test", "b") \
	"parts.test. IN TXT \"in \" \"two parts\"\n" \
	TXT("bad.test", "100%") TXT("nonascii.test", "\\195\\164") \
	TXT("control.test", "a\\013\\010b") TXT("empty.test", "") \
	TXT("spaces.test", "a  b ") FAULT("lost.test") \
	TXT("d.test.e.test", "by macro") A("a.test", "192.0.2.1")

static const struct {
	const char *exp, *wanted;
} rows[] = {
	{ "", "" },
	{ "e.test",
		"no: 192.0.2.1 for d.test of d.test by mail.example.org"
		" to mx.test" },
	{ "%{d}.e.test", "by macro" },
	{ "parts.test", "in two parts" },
	{ "spaces.test", "a  b " },
	{ "two.test", "" },
	{ "bad.test", "" },
	{ "nonascii.test", "" },
	{ "control.test", "" },
	{ "empty.test", "" },
	{ "lost.test", "" },
	{ "absent.test", "" },
	{ "a.test", "" },
	{ ".%{d}", "" },
};

static void
explains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy policy = { .domain = STR("d.test"),
			.exp = str_of(rows[i].exp) };
		struct spf_eval eval;
		struct fixture f;
		struct str got;

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, "192.0.2.1");
		eval.deciding = &policy;
		got = spf_explain(&eval);
		assert_row(i, str_eq(got, str_of(rows[i].wanted)));
		/* Neither a term nor a void lookup. */
		assert_row(i, eval.terms == 0 && eval.voids == 0);
		assert_row(i, !eval.stopped);
		fixture_close(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
