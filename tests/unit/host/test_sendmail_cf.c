#include "unit/base/check.h"

#include "host/sendmail_cf.h"

static struct arena *arena;

static struct cf
parse(const char *text)
{
	struct cf cf;

	assert_int_equal(cf_parse(arena, str_of(text), &cf), 0);
	return cf;
}

static void
filters(void **state)
{
	struct cf cf = parse("#Xno, S=unix:/x\n"
			     "Xa, S=unix:/run/a.sock, F=T, T=C:30s;R:2m;E:1h\n"
			     "Xb,S=inet:8891@localhost\n");
	const struct cf_filter *a = cf_find(&cf, STR("a"));
	const struct cf_filter *b = cf_find(&cf, STR("b"));

	(void)state;
	assert_int_equal(cf.filter_count, 2);
	assert_str(a->socket, "unix:/run/a.sock");
	assert_str(a->flags, "T");
	assert_int_equal(a->timeout[CF_CONNECT], 30000);
	assert_int_equal(a->timeout[CF_SEND], -1);
	assert_int_equal(a->timeout[CF_READ], 120000);
	assert_int_equal(a->timeout[CF_END], 3600000);
	assert_str(b->socket, "inet:8891@localhost");
	assert_int_equal(b->flags.n, 0);
	assert_null(cf_find(&cf, STR("c")));
}

static void
daemons(void **state)
{
	struct cf cf = parse(
		"O DaemonPortOptions=Port=smtp, Name=MTA\n"
		"O DaemonPortOptions=Name=In, InputMailFilters=a;b, M=a\n"
		"O DaemonPortOptions=Name=None, I=\n"
		"O InputMailFilters=a, b\n");

	(void)state;
	assert_int_equal(cf.daemon_count, 3);
	assert_str(cf.daemons[0].name, "MTA");
	assert_false(cf.daemons[0].has_filters);
	assert_true(cf.daemons[1].has_filters);
	assert_str(cf.daemons[1].filters, "a;b");
	assert_true(cf.daemons[2].has_filters);
	assert_str(cf.daemons[2].filters, "");
	assert_str(cf.input_filters, "a, b");
	assert_str(cf.pid_file, "/run/sendmail.pid");
	cf = parse("O PidFile=/run/mta/sendmail.pid\n");
	assert_str(cf.pid_file, "/run/mta/sendmail.pid");
}

static const struct {
	const char *list;
	bool in_order;
} orders[] = {
	{ "mailvet-spf, mailvet-sign", true },
	{ "other, mailvet-spf,mailvet-sign , last", true },
	{ "mailvet-spf;mailvet-sign", true },
	{ "mailvet-spf, other, mailvet-sign", true },
	{ "mailvet-sign, mailvet-spf", false },
	{ "mailvet-spf", false },
	{ "mailvet-spfx, mailvet-sign", false },
	{ "", false },
};

static void
order(void **state)
{
	static const char *const milters[] = { "spf", "sign", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++)
		assert_row(i, cf_in_order(str_of(orders[i].list), milters) ==
				orders[i].in_order);
}

static void
uses(void **state)
{
	static const char *const milters[] = { "spf", NULL };
	struct cf defined = parse("Xmailvet-spf, S=unix:/x\n"
				  "O InputMailFilters=mailvet-spf\n");
	struct cf undefined = parse("O InputMailFilters=mailvet-spf\n");
	struct cf unlisted = parse("Xmailvet-spf, S=unix:/x\n");

	(void)state;
	assert_true(cf_uses(&defined, milters));
	assert_false(cf_uses(&undefined, milters));
	assert_false(cf_uses(&unlisted, milters));
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),
		cmocka_unit_test(daemons),
		cmocka_unit_test(order),
		cmocka_unit_test(uses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
