/* Terms that ask the DNS: their answers for libspf2, and their counts. */
#include "unit/spf/fixture.h"

#define ZONE A("d.test", "192.0.2.7") A("d.test", "192.0.2.8") \
	AAAA("d.test", "2001:db8::7") MX("d.test", "mx1.test") \
	MX("d.test", "mx2.test") A("alice.d.test", "127.0.0.2") \
	"null.test. IN MX 0 .\n" TXT("txt.test", "x") FAULT("lost.test") \
	PTR("1.2.0.192.in-addr.arpa", "a.d.test") A("a.d.test", "192.0.2.1") \
	"many.test. IN MX 1 m1.test.\nmany.test. IN MX 2 m2.test.\n" \
	"many.test. IN MX 3 m3.test.\nmany.test. IN MX 4 m4.test.\n" \
	"many.test. IN MX 5 m5.test.\nmany.test. IN MX 6 m6.test.\n" \
	"many.test. IN MX 7 m7.test.\nmany.test. IN MX 8 m8.test.\n" \
	"many.test. IN MX 9 m9.test.\nmany.test. IN MX 10 m10.test.\n" \
	"many.test. IN MX 11 m11.test.\n"

static const struct {
	const char *client, *term;
	size_t count;
	size_t size; /* of each item; 0: not looked at */
	unsigned voids;
	enum auth_result stopped; /* AUTH_NONE: it goes on */
} rows[] = {
	{ "192.0.2.1", "a", 2, 4, 0, AUTH_NONE },
	{ "192.0.2.1", "a:d.test", 2, 4, 0, AUTH_NONE },
	{ "192.0.2.1", "a:%{d}", 2, 4, 0, AUTH_NONE },
	{ "2001:db8::1", "a", 1, 16, 0, AUTH_NONE },
	/* Length 0: one that matches, in place of all. */
	{ "192.0.2.1", "a/0", 1, 4, 0, AUTH_NONE },
	{ "2001:db8::1", "a//0", 1, 16, 0, AUTH_NONE },
	{ "2001:db8::1", "a/0", 1, 16, 0, AUTH_NONE },
	{ "192.0.2.1", "a:txt.test", 0, 0, 1, AUTH_NONE },
	{ "192.0.2.1", "a:absent.test", 0, 0, 1, AUTH_NONE },
	{ "192.0.2.1", "a:txt.test/0", 0, 0, 1, AUTH_NONE },
	{ "192.0.2.1", "a:lost.test", 0, 0, 0, AUTH_TEMPERROR },
	/* No name to ask for: no answer, and not a void one. */
	{ "192.0.2.1", "a:.%{o}", 0, 0, 0, AUTH_NONE },
	{ "192.0.2.1", "mx", 2, 0, 0, AUTH_NONE },
	{ "192.0.2.1", "mx:null.test", 0, 0, 0, AUTH_NONE },
	{ "192.0.2.1", "mx:txt.test", 0, 0, 1, AUTH_NONE },
	{ "192.0.2.1", "mx:lost.test", 0, 0, 0, AUTH_TEMPERROR },
	{ "192.0.2.1", "mx:many.test", 0, 0, 0, AUTH_PERMERROR },
	{ "192.0.2.1", "exists:%{l}.%{d}", 1, 4, 0, AUTH_NONE },
	{ "2001:db8::1", "exists:%{l}.%{d}", 1, 4, 0, AUTH_NONE },
	{ "192.0.2.1", "exists:txt.test", 0, 0, 1, AUTH_NONE },
	{ "192.0.2.1", "exists:lost.test", 0, 0, 0, AUTH_TEMPERROR },
	{ "192.0.2.1", "ptr", 1, 4, 0, AUTH_NONE },
	{ "192.0.2.1", "ptr:test.test", 0, 0, 0, AUTH_NONE },
	{ "192.0.2.1", "ptr:.a.d.test", 0, 0, 0, AUTH_NONE },
	{ "192.0.2.9", "ptr", 0, 0, 1, AUTH_NONE },
};

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct policy policy = { .domain = STR("d.test") };
		struct place_reply reply;
		struct spf_eval eval;
		struct fixture f;

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, rows[i].client);
		reply = spf_place_ask(&eval, (struct place){
			.policy = &policy, .term = term_of(rows[i].term) });
		assert_row(i, eval.stopped ==
			(rows[i].stopped != AUTH_NONE));
		if (eval.stopped)
			assert_row(i, eval.result == rows[i].stopped);
		assert_row(i, reply.count == rows[i].count);
		for (size_t j = 0; rows[i].size > 0 && j < reply.count; j++)
			assert_row(i, reply.items[j].n == rows[i].size);
		assert_row(i, eval.terms == 1);
		assert_row(i, eval.voids == rows[i].voids);
		fixture_close(&f);
	}
}

/* The names of an mx term are asked for one by one, and cost no term. */
static void
asks_for_hosts(void **state)
{
	const struct policy policy = { .domain = STR("x.test") };
	struct place place = { .policy = &policy };
	struct place_reply reply;
	struct spf_eval eval;
	struct fixture f;

	(void)state;
	fixture_open(&f, MX("d.test", "mx1.test") MX("d.test", "none.test")
		A("mx1.test", "192.0.2.5"));
	eval_init(&eval, &f, "192.0.2.1");
	place.term = term_of("mx:d.test");
	reply = spf_place_ask(&eval, place);
	assert_int_equal(reply.count, 2);
	place = *spf_place_find(&eval, reply.items[0].p);
	assert_int_equal(place.kind, PLACE_HOST);
	assert_str(place.host, "mx1.test");
	assert_int_equal(spf_place_ask(&eval, place).count, 1);
	place = *spf_place_find(&eval, reply.items[1].p);
	assert_int_equal(spf_place_ask(&eval, place).count, 0);
	assert_int_equal(eval.terms, 1);
	assert_int_equal(eval.voids, 0);
	fixture_close(&f);
}

static void
counts(void **state)
{
	const struct policy policy = { .domain = STR("d.test") };
	const struct policy included = { .domain = STR("d.test"),
		.included = true };
	struct spf_eval eval;
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	eval_init(&eval, &f, "192.0.2.1");
	for (int i = 0; i < SPF_TERMS_MAX; i++)
		(void)spf_place_ask(&eval, (struct place){
			.policy = i % 2 ? &policy : &included,
			.term = term_of("a") });
	assert_false(eval.stopped);
	assert_int_equal(eval.scope->asked, SPF_TERMS_MAX);
	(void)spf_place_ask(&eval, (struct place){ .policy = &included,
		.term = term_of("a") });
	assert_int_equal(eval.result, AUTH_PERMERROR);
	assert_str(eval.reason, "more than 10 terms that ask the DNS");
	/* And nothing is asked any more. */
	assert_int_equal(eval.scope->asked, SPF_TERMS_MAX);
	fixture_close(&f);
}

static void
counts_voids(void **state)
{
	const struct policy policy = { .domain = STR("d.test") };
	struct spf_eval eval;
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	eval_init(&eval, &f, "192.0.2.1");
	for (int i = 0; i <= SPF_VOIDS_MAX; i++) {
		assert_false(eval.stopped);
		(void)spf_place_ask(&eval, (struct place){ .policy = &policy,
			.term = term_of("exists:absent.test") });
	}
	assert_true(eval.stopped);
	assert_int_equal(eval.result, AUTH_PERMERROR);
	assert_str(eval.reason, "more than 2 terms without an answer");
	fixture_close(&f);
}

/* A mark only tells that its term is due. */
static void
marks(void **state)
{
	struct policy policy = { .domain = STR("d.test") };
	struct place place = { .kind = PLACE_MARK, .policy = &policy,
		.term = term_of("-all") };
	struct spf_eval eval;
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	eval_init(&eval, &f, "192.0.2.1");
	assert_int_equal(spf_place_ask(&eval, place).count, 0);
	assert_str(eval.last.text, "-all");
	assert_int_equal(eval.terms, 0);
	policy.included = true;
	place.term = term_of("?all");
	(void)spf_place_ask(&eval, place);
	assert_str(eval.last.text, "-all");
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(asks_for_hosts),
		cmocka_unit_test(counts),
		cmocka_unit_test(counts_voids),
		cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
