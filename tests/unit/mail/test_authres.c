#include "unit/base/check.h"

#include "mail/authres.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(limits),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
