/* libspf2 on records of our own form, kept on a leash. */
#include "unit/spf/fixture.h"

#include "spf/engine.h"

#include <pthread.h>

#define ZONE A("d.test", "192.0.2.0") MX("d.test", "mx.test") \
	A("mx.test", "192.0.2.65") AAAA("d.test", "2001:db8::") \
	TXT("in.test", "v=spf1 a:d.test -all") \
	TXT("soft.test", "v=spf1 ~all") \
	TXT("re.test", "v=spf1 redirect=soft.test") FAULT("lost.test")

static const struct {
	const char *client, *record;
	enum auth_result result;
	const char *last; /* the term that matched; NULL: none did */
} rows[] = {
	{ "192.0.2.0", "v=spf1", AUTH_NEUTRAL, NULL },
	{ "192.0.2.0", "v=spf1 -all", AUTH_FAIL, "-all" },
	{ "192.0.2.0", "v=spf1 a:d.test -all", AUTH_PASS, "a:d.test" },
	{ "192.0.2.1", "v=spf1 a:d.test -all", AUTH_FAIL, "-all" },
	{ "192.0.2.1", "v=spf1 ~a:d.test/31 -all", AUTH_SOFTFAIL,
		"~a:d.test/31" },
	{ "192.0.2.2", "v=spf1 a:d.test/31", AUTH_NEUTRAL, NULL },
	{ "198.51.100.1", "v=spf1 a:d.test/0", AUTH_PASS, "a:d.test/0" },
	{ "192.0.2.64", "v=spf1 mx/26 -all", AUTH_PASS, "mx/26" },
	{ "192.0.2.63", "v=spf1 mx/26 -all", AUTH_FAIL, "-all" },
	{ "2001:db8::ffff", "v=spf1 a:d.test//112 -all", AUTH_PASS,
		"a:d.test//112" },
	{ "2001:db8::1:0", "v=spf1 a:d.test//112 -all", AUTH_FAIL, "-all" },
	/* libspf2 would let every loopback address pass. */
	{ "127.0.0.1", "v=spf1 -all", AUTH_FAIL, "-all" },
	{ "::1", "v=spf1 -all", AUTH_FAIL, "-all" },
	{ "192.0.2.0", "v=spf1 include:in.test -all", AUTH_PASS,
		"include:in.test" },
	{ "192.0.2.9", "v=spf1 include:in.test ?all", AUTH_NEUTRAL, "?all" },
	{ "192.0.2.9", "v=spf1 redirect=re.test", AUTH_SOFTFAIL, "~all" },
	{ "192.0.2.9", "v=spf1 exists:lost.test +all", AUTH_TEMPERROR, NULL },
	{ "192.0.2.9", "v=spf1 include:d.test +all", AUTH_PERMERROR, NULL },
};

static void
evaluates(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy policy = { .domain = STR("d.test") };
		struct engine_result found;
		struct spf_eval eval;
		struct fixture f;
		struct str record;

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, rows[i].client);
		eval.deciding = &policy;
		assert_true(spf_rewrite(&eval, &policy,
			str_of(rows[i].record), &record));
		found = spf_engine_run(&eval, record);
		assert_row(i, found.result == rows[i].result);
		assert_row(i, found.by_term == (rows[i].last != NULL));
		if (found.by_term)
			assert_str(eval.last.text, rows[i].last);
		fixture_close(&f);
	}
}

/* What is not in our form, or names places that there are not, ends well. */
static void
strange_records(void **state)
{
	static const char *const records[] = { "", "v=spf1 a:t7.x -all",
		"v=spf1 a:x -all", "v=spf1 %{x} -all", "v=spf1 include:x",
		"v=spf1 redirect=t0.x", "\xff" };

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct spf_eval eval;
		struct fixture f;

		fixture_open(&f, ZONE);
		eval_init(&eval, &f, "192.0.2.1");
		assert_row(i, spf_engine_run(&eval, str_of(records[i]))
			.result == AUTH_TEMPERROR);
		assert_row(i, f.scope.asked == 0);
		fixture_close(&f);
	}
}

/* Not even libspf2's memory is lost when ours is. */
static void
out_of_memory(void **state)
{
	(void)state;
	for (size_t limit = 500; limit < 8000; limit += 100) {
		struct policy policy = { .domain = STR("d.test") };
		struct spf_eval eval;
		struct fixture f;
		struct str record;

		fixture_open(&f, ZONE);
		arena_free(f.scope.arena);
		f.scope.arena = arena_new(limit);
		eval_init(&eval, &f, "192.0.2.65");
		eval.deciding = &policy;
		if (spf_rewrite(&eval, &policy,
			STR("v=spf1 include:in.test mx -all"), &record) &&
			spf_engine_run(&eval, record).result != AUTH_PASS)
			assert_true(eval.no_memory ||
				eval.result == AUTH_TEMPERROR);
		fixture_close(&f);
	}
}

struct runner {
	pthread_t id;
	struct dns *dns;
	unsigned wrong;
};

static void *
run_many(void *arg)
{
	struct runner *r = arg;

	for (int i = 0; i < 300; i++) {
		size_t row = (size_t)i % (COUNT(rows) - 2);
		struct fixture f = { .dns = r->dns };
		struct policy policy = { .domain = STR("d.test") };
		struct spf_eval eval;
		struct str record;

		f.scope = (struct dns_scope){ .dns = r->dns, .budget = 1000,
			.arena = arena_new(0) };
		eval_init(&eval, &f, rows[row].client);
		eval.deciding = &policy;
		if (!spf_rewrite(&eval, &policy, str_of(rows[row].record),
			&record) || spf_engine_run(&eval, record).result !=
			rows[row].result)
			r->wrong++;
		arena_free(f.scope.arena);
	}
	return NULL;
}

static void
in_many_threads(void **state)
{
	struct dns *dns = open_zone_text(ZONE);
	struct runner runners[8];

	(void)state;
	for (size_t i = 0; i < COUNT(runners); i++) {
		runners[i] = (struct runner){ .dns = dns };
		assert_int_equal(pthread_create(&runners[i].id, NULL,
			run_many, &runners[i]), 0);
	}
	for (size_t i = 0; i < COUNT(runners); i++) {
		pthread_join(runners[i].id, NULL);
		assert_int_equal(runners[i].wrong, 0);
	}
	dns_close(dns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evaluates),
		cmocka_unit_test(strange_records),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(in_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
