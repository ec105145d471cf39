/* The names of the client that lead back to it (RFC 7208 sections 5.5, 7.3). */
#include "unit/spf/fixture.h"

#define REV4(ip) ip ".in-addr.arpa"

static const char zone[] =
	PTR(REV4("1.2.0.192"), "a.x.test") PTR(REV4("1.2.0.192"), "b.y.test")
	PTR(REV4("1.2.0.192"), "liar.test") PTR(REV4("1.2.0.192"), "x.test")
	A("a.x.test", "192.0.2.1") A("b.y.test", "192.0.2.1")
	A("liar.test", "192.0.2.99") A("x.test", "192.0.2.7")
	A("x.test", "192.0.2.1")
	A(REV4("2.2.0.192"), "192.0.2.2")
	FAULT(REV4("3.2.0.192"))
	PTR(REV4("4.2.0.192"), "lost.test") PTR(REV4("4.2.0.192"), "ok.test")
	FAULT("lost.test") A("ok.test", "192.0.2.4")
	PTR("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
		".ip6.arpa", "six.test")
	AAAA("six.test", "2001:db8::1");

static const struct {
	const char *client;
	const char *names[4];
	bool is_void, is_partial;
	unsigned asked;
} clients[] = {
	{ "192.0.2.1", { "a.x.test", "b.y.test", "x.test" }, false, false, 5 },
	{ "192.0.2.2", { NULL }, true, false, 1 },
	{ "192.0.2.3", { NULL }, false, true, 1 },
	{ "192.0.2.4", { "ok.test" }, false, true, 3 },
	{ "192.0.2.9", { NULL }, true, false, 1 },
	{ "2001:db8::1", { "six.test" }, false, false, 2 },
	{ "::ffff:192.0.2.4", { "ok.test" }, false, true, 3 },
	{ NULL, { NULL }, false, false, 0 },
};

static void
finds_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++) {
		const struct client_names *all;
		struct spf_eval eval;
		struct fixture f;
		size_t n = 0;

		fixture_open(&f, zone);
		eval_init(&eval, &f, clients[i].client);
		all = spf_client_names(&eval);
		for (; clients[i].names[n] != NULL; n++)
			assert_row(i, n < all->count && str_eq(all->names[n],
				str_of(clients[i].names[n])));
		assert_row(i, all->count == n);
		assert_row(i, all->is_void == clients[i].is_void);
		assert_row(i, all->is_partial == clients[i].is_partial);
		/* The second time costs nothing. */
		(void)spf_client_names(&eval);
		assert_row(i, f.scope.asked == clients[i].asked);
		fixture_close(&f);
	}
}

static const struct {
	const char *client, *domain, *name;
} choices[] = {
	{ "192.0.2.1", "x.test", "x.test" },   /* itself, though it is third */
	{ "192.0.2.1", "y.test", "b.y.test" }, /* below it */
	{ "192.0.2.1", "Y.TEST", "b.y.test" },
	{ "192.0.2.1", "test", "a.x.test" },
	{ "192.0.2.1", "z.test", "a.x.test" }, /* else any */
	{ "192.0.2.2", "x.test", "unknown" },
	{ "192.0.2.3", "x.test", "unknown" },
};

static void
chooses_for_p(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++) {
		struct spf_eval eval;
		struct fixture f;

		fixture_open(&f, zone);
		eval_init(&eval, &f, choices[i].client);
		assert_str(spf_client_name(&eval, str_of(choices[i].domain)),
			choices[i].name);
		fixture_close(&f);
	}
}

/* Of more than ten names the rest is not asked for (section 4.6.4). */
static void
ten_names_at_most(void **state)
{
	char text[4000] = "";
	struct spf_eval eval;
	struct fixture f;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char line[100];

		snprintf(line, sizeof(line), PTR(REV4("1.2.0.192"), "n%d.test")
			A("n%d.test", "192.0.2.1"), i, i);
		strcat(text, line);
	}
	fixture_open(&f, text);
	eval_init(&eval, &f, "192.0.2.1");
	assert_int_equal(spf_client_names(&eval)->count, SPF_NAMES_MAX);
	assert_int_equal(f.scope.asked, 1 + SPF_NAMES_MAX);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),
		cmocka_unit_test(chooses_for_p),
		cmocka_unit_test(ten_names_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
