/* Two parsers that differ: it is said, and ours counts. */
#include "unit/dmarc/fixture.h"

#include "dmarc/opendmarc.h"
#include "dmarc/session.h"
#include "dmarc/conf.h"

/* In place of the adapter: a library that is always of another opinion. */
int
opendmarc_compare(struct arena *arena, struct str domain,
	const struct dmarc_record *record, const char **ret)
{
	(void)arena;
	assert_str(domain, "x.com");
	assert_int_equal(record->p, DMARC_POLICY_REJECT);
	*ret = "p, rua";
	return 0;
}

static void
ours_counts(void **state)
{
	const struct common common = { .dry_run = false };
	const struct dmarc_settings settings = {
		.conf.enforce = ENFORCE_REJECT };
	struct message m = { .common = &common };
	struct fixture f;
	void *session;

	(void)state;
	fixture_open(&f, REC("x.com", "p=reject"));
	m.arena = f.scope.arena;
	m.dns = f.scope;
	assert_int_equal(headers_add(&m.headers, m.arena, STR("From"),
		STR("a@x.com")), 0);
	session = dmarc_filter.begin(&m, &settings);
	assert_int_equal(dmarc_filter.headers(session), VERDICT_CONTINUE);
	assert_int_equal(dmarc_filter.end(session), VERDICT_REJECT);
	assert_int_equal(m.results.dmarc.applied, DMARC_POLICY_REJECT);
	assert_str(m.results.dmarc.bug,
		"libopendmarc reads the record differently: p, rua");
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
