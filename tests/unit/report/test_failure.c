/* Which incidents are told to whom, and how often. */
#include "unit/report/fixture.h"

#include "report/exclude.h"
#include "report/failure.h"
#include "report/message.h"

static int64_t place;

static void
happen(struct fixture *f, const char *json, const char *ip)
{
	struct line line = fixture_line(f, json);
	const struct line_place at = { STR("h"), STR("n"), ++place };

	line.tuple.ip = str_of(ip);
	assert_int_equal(message_incident(f->r.store, f->r.arena, &line,
		str_of(json), &at), 0);
}

/* Nine this morning. */
#define LINE LINE_JSON("1795683600", "192.0.2.1", ",\"headers\":\"A: b\\n\"")

static struct failure_counts
make(struct fixture *f)
{
	struct failure_counts counts;

	assert_int_equal(failure_all(&f->r, &counts), 0);
	return counts;
}

static void
folded(void **state)
{
	struct failure_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "friend.example. TXT \"v=spf1 -all\"\n");
	for (int i = 0; i < 5; i++)
		happen(&f, LINE, "192.0.2.1");
	happen(&f, LINE, "192.0.2.2");
	counts = make(&f);
	assert_int_equal(counts.made, 2);
	assert_int_equal(counts.suppressed, 0);
	assert_int_equal(make(&f).made, 0);
	assert_int_equal(fixture_number(&f, "SELECT MAX(messages) "
		"FROM reports"), 5);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(DISTINCT id) "
		"FROM reports WHERE kind = 'failure'"), 2);
	assert_true(str_has(fixture_text(&f, "SELECT data FROM reports "
		"ORDER BY messages DESC"), "\r\nIncidents: 5\r\n"));
	assert_true(str_has(fixture_text(&f, "SELECT data FROM reports"),
		"\"v=spf1 -all\""));
	assert_str(fixture_text(&f, "SELECT destination FROM deliveries"),
		"fail@friend.example");
	fixture_close(&f);
}

static void
limited(void **state)
{
	static const char *const ips[] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.3", "192.0.2.4", "192.0.2.5" };
	struct failure_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(ips); i++)
		happen(&f, LINE, ips[i]);
	counts = make(&f);
	assert_int_equal(counts.made, 3);
	assert_int_equal(counts.suppressed, 2);
	f.r.now += SECONDS_PER_HOUR + 1;
	happen(&f, LINE, "192.0.2.6");
	assert_int_equal(make(&f).made, 1);
	fixture_close(&f);
}

static void
nobody_to_tell(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	/* A registry, a message of long ago, and one we do not tell. */
	happen(&f, LINE_JSON("1795683600", "192.0.2.1", ""), "192.0.2.1");
	assert_int_equal(store_run(f.r.store, "UPDATE incidents SET line = "
		"REPLACE(line, '\"psd\":\"u\"', '\"psd\":\"y\"')", NO_PARAMS),
		1);
	happen(&f, LINE_JSON("1795500000", "192.0.2.1", ""), "192.0.2.2");
	assert_int_equal(make(&f).suppressed, 2);
	assert_int_equal(exclude_add(&f.r, STR("fail@friend.example")), 1);
	happen(&f, LINE, "192.0.2.3");
	assert_int_equal(make(&f).suppressed, 1);
	/* Of a version that wrote other lines. */
	happen(&f, LINE, "192.0.2.4");
	assert_int_equal(store_run(f.r.store, "UPDATE incidents SET line = "
		"'{\"v\":7}' WHERE report = ''", NO_PARAMS), 1);
	assert_int_equal(make(&f).suppressed, 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM reports"),
		0);
	fixture_close(&f);
}

/* The key stays, so that a person keeps its name. */
static void
redaction_key(void **state)
{
	struct fixture f;
	struct str key;

	(void)state;
	fixture_open(&f, "");
	f.settings.conf.redact = true;
	happen(&f, LINE, "192.0.2.1");
	assert_int_equal(make(&f).made, 1);
	key = fixture_text(&f, "SELECT value FROM secrets");
	assert_int_equal(key.n, 64);
	happen(&f, LINE, "192.0.2.2");
	assert_int_equal(make(&f).made, 1);
	assert_str(fixture_text(&f, "SELECT value FROM secrets"), key.p);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded),
		cmocka_unit_test(limited),
		cmocka_unit_test(nobody_to_tell),
		cmocka_unit_test(redaction_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
