#include "unit/base/check.h"

#include "mail/authres.h"

#include <time.h>

/* Parsed, and shown again: "id|method=result reason=r ptype.name=value|..." */
static const struct {
	struct str value;
	const char *shown;
} good[] = {
	{ STR("mx.example; none"), "mx.example" },
	{ STR(" mx.example ; none "), "mx.example" },
	{ STR("mx.example;none"), "mx.example" },
	{ STR("mx.example; NONE (c)"), "mx.example" },
	{ STR("mx.example 1; none"), "mx.example" },
	{ STR("mx.example (c) 1 (d) ; (e) none"), "mx.example" },
	{ STR("\"mx.example\"; none"), "mx.example" },
	{ STR("\"m\\x .example\"; none"), "mx .example" },
	{ STR("(c)\n\tmx.example(d);spf=pass"), "mx.example|spf=pass" },
	{ STR("a; spf=pass"), "a|spf=pass" },
	{ STR("a; spf/1=pass"), "a|spf=pass" },
	{ STR("a; spf (c) / (d) 1 (e) = (f) pass (g)"), "a|spf=pass" },
	{ STR("a; none=pass"), "a|none=pass" },
	{ STR("a; spf=pass reason=good"), "a|spf=pass reason=good" },
	{ STR("a; spf=pass reason=\"so \\\"good\\\"; yes\""),
		"a|spf=pass reason=so \"good\"; yes" },
	{ STR("a; spf=pass REASON (c) = (d) x (e)"), "a|spf=pass reason=x" },
	{ STR("a; spf=pass smtp.mailfrom=u@b.example"),
		"a|spf=pass smtp.mailfrom=u@b.example" },
	{ STR("a; spf=pass smtp.mailfrom=@b.example"),
		"a|spf=pass smtp.mailfrom=@b.example" },
	{ STR("a; spf=pass smtp (c) . (d) mailfrom (e) = (f) b"),
		"a|spf=pass smtp.mailfrom=b" },
	{ STR("a; spf=pass smtp.mailfrom=\xc3\xa9@b.example"),
		"a|spf=pass smtp.mailfrom=\xc3\xa9@b.example" },
	{ STR("a; dkim=pass header.d=b header.b=\"Ab/+\"\n\theader.s=c"),
		"a|dkim=pass header.d=b header.b=Ab/+ header.s=c" },
	{ STR("a; spf=pass reason=r smtp.helo=b; dkim=fail header.d=c;\n\t"
	      "dmarc=none"),
		"a|spf=pass reason=r smtp.helo=b|dkim=fail header.d=c|"
		"dmarc=none" },
	{ STR("a; spf=pass smtp.helo=\"\""), "a|spf=pass smtp.helo=" },
	{ STR("a; x-method=foo x-p.x-n=y"), "a|x-method=foo x-p.x-n=y" },
	/* pvalue: [[local-part] "@"] domain-name, the former quoted. */
	{ STR("a; spf=pass smtp.mailfrom=\"joe blow\"@b.example"),
		"a|spf=pass smtp.mailfrom=\"joe blow\"@b.example" },
	/* 1*propspec: between them white space is not due. */
	{ STR("a; spf=pass smtp.x=\"y\"smtp.z=a"),
		"a|spf=pass smtp.x=y smtp.z=a" },
};

static struct str
show(struct arena *arena, const struct authres *ar)
{
	struct strbuf sb = sb_new(arena);

	sb_add(&sb, ar->authserv_id);
	for (size_t i = 0; i < ar->count; i++) {
		const struct authres_method *m = &ar->methods[i];

		sb_addf(&sb, "|%.*s=%.*s", STR_ARG(m->method),
			STR_ARG(m->result));
		if (m->reason.n > 0)
			sb_addf(&sb, " reason=%.*s", STR_ARG(m->reason));
		for (size_t j = 0; j < m->prop_count; j++)
			sb_addf(&sb, " %.*s.%.*s=%.*s",
				STR_ARG(m->props[j].ptype),
				STR_ARG(m->props[j].name),
				STR_ARG(m->props[j].value));
	}
	return sb_done(&sb);
}

static void
parses(void **state)
{
	struct arena *arena = arena_new(0);
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct authres ar;
		int err = authres_parse(arena, good[i].value, &ar);

		if (err == 0 && str_eq(show(arena, &ar),
			str_of(good[i].shown)))
			continue;
		print_error("row %zu: %d, \"%.*s\"\n", i, err,
			STR_ARG(good[i].value));
		failed++;
	}
	arena_free(arena);
	assert_int_equal(failed, 0);
}

static const struct str bad[] = {
	STR(""), { NULL, 0 }, STR(" "), STR("(c)"), STR("("), STR("\""),
	STR("a"), STR("a;"), STR("a; "), STR(";none"), STR("; spf=pass"),
	STR("a b; none"), STR("a 1 2; none"), STR("a 1x; none"),
	STR("a x1; none"), STR("a@b; none"), STR("a/b; none"),
	STR("a:25; none"), STR("a\\b; none"), STR("a=b; none"),
	STR("\xc3\xa9; none"), STR("a\0b; none"), STR("a\0; none"),
	STR("\"a; none"), STR("\"a\"b; none"), STR("a\"b\"; none"),
	STR("a (c; none"), STR("a; none (c"), STR("a; none; spf=pass"),
	STR("a; spf=pass; none"), STR("a; none none"), STR("a; none x"),
	STR("a; spf"), STR("a; spf="), STR("a; =pass"), STR("a; spf==pass"),
	STR("a; spf=pass;"), STR("a; spf=pass;;dkim=pass"),
	STR("a;; spf=pass"), STR("a; spf pass"), STR("a; spf=pa\0ss"),
	STR("a; spf/=pass"), STR("a; spf/x=pass"), STR("a; spf/1.0=pass"),
	STR("a; spf/1/2=pass"), STR("a; spf=\"pass\""), STR("a; \"spf\"=pass"),
	STR("a; spf=pass fail"), STR("a; spf=pass reason"),
	STR("a; spf=pass reason="), STR("a; spf=pass reason=\"x"),
	STR("a; spf=pass reason=a@b"), STR("a; spf=pass because=x"),
	STR("a; spf=pass smtp"), STR("a; spf=pass smtp."),
	STR("a; spf=pass smtp.x"), STR("a; spf=pass smtp.x="),
	STR("a; spf=pass smtp.=x"), STR("a; spf=pass .x=y"),
	STR("a; spf=pass smtp.x.y=z"), STR("a; spf=pass smtp.x=y z"),
	STR("a; spf=pass smtp.x=\"y"), STR("a; spf=pass smtp.x=(y)"),
	STR("a; spf=pass smtp.x=;"), STR("a; spf=pass (c"),
	STR("a; spf=pass smtp.x=y)"), STR("a; spf=pass smtp.x=a<b>"),
	STR("a; spf=pass \xff"), STR("a; spf=pass\0"), STR("a, b; none"),
	/* CFWS is due before the version and the properties. */
	STR("\"a\"1; none"), STR("a; spf=pass reason=\"x\"smtp.y=z"),
	STR("a; spf=pass smtp.x=\"y\"@"), STR("a; spf=pass smtp.x=\"y\"@ b"),
	/* One reason, before the properties. */
	STR("a; spf=pass reason=x reason=y"),
	STR("a; spf=pass smtp.x=y reason=z"),
};

static void
refuses(void **state)
{
	struct arena *arena = arena_new(0);
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct authres ar;
		int err = authres_parse(arena, bad[i], &ar);

		if (err == ERR_SYNTAX)
			continue;
		print_error("row %zu: %d, \"%.*s\"\n", i, err, STR_ARG(bad[i]));
		failed++;
	}
	arena_free(arena);
	assert_int_equal(failed, 0);
}

/* "a; m=pass p.q=x p.q=x; m=pass p.q=x ..." */
static struct str
make(struct arena *arena, int methods, int props)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "a");
	for (int i = 0; i < methods; i++) {
		sb_addz(&sb, "; m=pass");
		for (int j = 0; j < props; j++)
			sb_addf(&sb, " p.q%d=\"x\"", j);
	}
	return sb_done(&sb);
}

static void
limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct authres ar;

	(void)state;
	assert_int_equal(0, authres_parse(arena,
		make(arena, AUTHRES_MAX, 1), &ar));
	assert_int_equal(ar.count, AUTHRES_MAX);
	assert_int_equal(ERR_LIMIT, authres_parse(arena,
		make(arena, AUTHRES_MAX + 1, 1), &ar));
	assert_int_equal(0, authres_parse(arena,
		make(arena, 2, AUTHRES_MAX), &ar));
	assert_int_equal(ar.methods[1].prop_count, AUTHRES_MAX);
	assert_int_equal(ERR_LIMIT, authres_parse(arena,
		make(arena, 1, AUTHRES_MAX + 1), &ar));
	arena_free(arena);
}

/* Out of memory is ERR_NOMEM: a limit is the sender's fault, this is not. */
static void
without_memory(void **state)
{
	struct arena *big = arena_new(0);
	struct str value = make(big, 20, 5), whole;
	struct authres ar;
	size_t fits = 0;

	(void)state;
	assert_int_equal(0, authres_parse(big, value, &ar));
	whole = show(big, &ar);
	for (size_t limit = 1; limit < 200000; limit += 211) {
		struct arena *arena = arena_new(limit);
		int err = authres_parse(arena, value, &ar);

		if (err != 0 && err != ERR_NOMEM)
			fail_msg("%d at limit %zu", err, limit);
		if (err == 0)
			assert_true(str_eq(show(big, &ar), whole));
		fits += err == 0;
		arena_free(arena);
	}
	assert_true(fits > 0);
	arena_free(big);
}

/* ---- forgeries ---------------------------------------------------------- */

/* What somebody could take for a field of mx.example. */
static const struct str claims[] = {
	STR("mx.example; spf=pass"), STR("MX.EXAMPLE; spf=pass"),
	STR("mX.eXample;none"), STR(" \n\tmx.example\n\t; none"),
	STR("\"mx.example\"; none"), STR("\"mx\\.example\"; none"),
	STR("\"\\m\\X.\\e\\x\\a\\m\\p\\l\\e\"; none"),
	STR("m\\x.example; none"), STR("mx\0.example; none"),
	STR("\"mx.ex\r\nample\"; none"),
	STR("\0mx.example\0; none"), STR("mx.example\x01; none"),
	STR("mx.example\xc2\xa0; none"), STR("\xef\xbb\xbfmx.example; none"),
	STR("(c) mx.example; none"), STR("(c(d)e)mx.example(f) 1; none"),
	STR("mx.example 1; none"), STR("mx.example/1; none"),
	STR("mx.example 99x; spf=pass"), STR("mx.example=1; spf=pass"),
	STR("mx.example.; none"), STR("mx.example...; none"),
	STR("mx.example\\.; none"), STR("mx.example\n1; none"),
	STR("mx.example"), STR("mx.example,"), STR("mx.example: none"),
	STR("a mx.example; none"), STR("u@mx.example; none"),
	STR("a\\mx.example; none"),
	STR("(mx.example) a; none"), STR("\"a mx.example\"; none"),
	/* A semicolon that does not end the id, to us or to others. */
	STR("(a;) mx.example; none"), STR("\"a;\" mx.example; none"),
	STR("(\\) mx.example; none"), STR("(\\); mx.example; none"),
	STR("\"\\\" mx.example; none"), STR("(\"(;\") mx.example; none"),
	/* Where the id ends is unclear. */
	STR("(a; mx.example"), STR("\"a; mx.example"),
	STR("a (; spf=pass smtp.mailfrom=mx.example"),
};

static const struct str others[] = {
	STR(""), { NULL, 0 }, STR("; none"), STR("other.example; spf=pass"),
	STR("mx.example.org; none"), STR("mx.example.org.; none"),
	STR("xmx.example; none"), STR("-mx.example; none"),
	STR("_mx.example; none"), STR(".mx.example; none"),
	STR("a.mx.example; none"), STR("mx.example-a; none"),
	STR("mx.example_; none"), STR("mx.example.-; none"),
	STR("mxxexample; none"), STR("mx.exampl; none"), STR("mx.exampl"),
	STR("mx .example; none"), STR("mx.(c)example; none"),
	STR("mx.\n\texample; none"), STR("mx\xc2\xad.example; none"),
	STR("=?us-ascii?q?mx=2Eexample?=; none"),
	STR("other; spf=pass smtp.mailfrom=u@mx.example"),
	STR("other; (mx.example) none"), STR("other;mx.example"),
};

static void
claimed_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(claims); i++)
		assert_row(i, authres_claims(claims[i], STR("mx.example")));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_row(i, !authres_claims(others[i], STR("mx.example")));
	/* However the administrator wrote it; and nobody is no id. */
	assert_true(authres_claims(STR("mx.example; x"), STR("MX.Example")));
	assert_true(authres_claims(STR("m\xc3\xa9; x"), STR("m\xc3\xa9")));
	assert_false(authres_claims(STR("mx.example; x"), STR("")));
	assert_false(authres_claims(STR("; x"), STR("")));
}

/* A megabyte of what the search starts over at takes no time. */
static void
claims_in_linear_time(void **state)
{
	static const struct str units[] = { STR("m"), STR("\\"), STR("m\\"),
		STR("("), STR("\""), STR("(\""), STR("m "), STR("mx.example-"),
		STR("."), STR("()"), STR("\"\""), STR("\0") };
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);

	(void)state;
	for (size_t u = 0; u < COUNT(units); u++) {
		clock_t start = clock();

		for (size_t i = 0; i < SIZE; i++)
			text[i] = units[u].p[i % units[u].n];
		assert_row(u, !authres_claims((struct str){ text, SIZE },
			STR("mx.example")));
		assert_row(u, clock() - start < CLOCKS_PER_SEC);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(limits),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(claimed_ids),
		cmocka_unit_test(claims_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
