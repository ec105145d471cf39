/* A day's messages into reports. */
#include "unit/report/fixture.h"

#include "report/aggregate.h"
#include "report/exclude.h"
#include "report/gzip.h"
#include "report/import.h"
#include "report/message.h"

static void
count(struct fixture *f, int64_t time, const char *ip)
{
	struct line line = fixture_line(f, LINE_JSON("1", "192.0.2.1", ""));

	line.time = time;
	line.tuple.ip = str_of(ip);
	assert_int_equal(message_count(f->r.store, f->r.arena, &line), 0);
}

static int64_t
make(struct fixture *f)
{
	struct aggregate_counts counts;

	assert_int_equal(aggregate_all(&f->r, &counts), 0);
	assert_int_equal(counts.invalid, 0);
	return counts.made;
}

static struct str
xml_of(struct fixture *f, const char *sql)
{
	struct str xml = { NULL, 0 };

	assert_int_equal(gzip_unpack(f->r.arena, fixture_text(f, sql), 1 << 20,
		&xml), 0);
	return xml;
}

static void
once_per_day(void **state)
{
	struct fixture f;
	struct str xml;

	(void)state;
	fixture_open(&f, "");
	count(&f, YESTERDAY + 1, "192.0.2.1");
	count(&f, YESTERDAY + 2, "192.0.2.1");
	count(&f, YESTERDAY + 2, "192.0.2.2");
	count(&f, YESTERDAY - 1, "192.0.2.1");
	count(&f, TODAY, "192.0.2.1");
	assert_int_equal(make(&f), 2);
	assert_int_equal(make(&f), 0);
	assert_int_equal(fixture_number(&f, "SELECT messages FROM reports "
		"WHERE begins = 1795564800"), 3);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) "
		"FROM deliveries WHERE state = 'waiting'"), 2);
	assert_int_equal(fixture_number(&f, "SELECT SUM(messages) FROM tuples "
		"WHERE report = ''"), 1);
	xml = xml_of(&f, "SELECT data FROM reports WHERE begins = 1795564800");
	assert_true(str_has(xml, "<count>2</count>"));
	/* The larger count first. */
	assert_true(memmem(xml.p, xml.n, "<count>2<", 9) <
		memmem(xml.p, xml.n, "<count>1<", 9));
	fixture_close(&f);
}

/* A late message makes a report of its own, with an id of its own, even when
 * it looks like one that was reported. */
static void
late(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (int i = 0; i < 3; i++) {
		count(&f, YESTERDAY + 1, "192.0.2.1");
		assert_int_equal(make(&f), 1);
	}
	assert_int_equal(fixture_number(&f, "SELECT COUNT(DISTINCT id) "
		"FROM reports"), 3);
	fixture_close(&f);
}

/* Made again from the same messages, a report is the same. */
static void
stable(void **state)
{
	struct str id[2], data[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture f;
		struct str text;

		fixture_open(&f, "");
		count(&f, YESTERDAY + 1, i == 0 ? "192.0.2.1" : "192.0.2.2");
		count(&f, YESTERDAY + 2, i == 0 ? "192.0.2.2" : "192.0.2.1");
		assert_int_equal(make(&f), 1);
		text = fixture_text(&f, "SELECT id FROM reports");
		id[i] = (struct str){ strndup(text.p, text.n), text.n };
		text = fixture_text(&f, "SELECT data FROM reports");
		data[i] = (struct str){ memcpy(malloc(text.n), text.p,
			text.n), text.n };
		fixture_close(&f);
	}
	assert_true(str_eq(id[0], id[1]));
	assert_true(str_eq(data[0], data[1]));
	for (int i = 0; i < 2; i++) {
		free((char *)id[i].p);
		free((char *)data[i].p);
	}
}

/* Another host may still know more of the day; but not for ever. */
static void
hosts(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	count(&f, YESTERDAY + 1, "192.0.2.1");
	assert_int_equal(store_run(f.r.store, "INSERT INTO hosts VALUES "
		"('mx1', $1), ('mx2', $2)", PARAMS(INT(TODAY + 36000),
		INT(TODAY - 3600))), 2);
	assert_int_equal(make(&f), 0);
	f.r.now = TODAY - 3600 + SECONDS_PER_DAY + 1;
	assert_int_equal(make(&f), 1);
	fixture_close(&f);
}

static void
day_not_over(void **state)
{
	static const struct {
		int64_t now;
		int made;
	} rows[] = { { TODAY - 1, 0 }, { TODAY + 299, 0 },
		{ TODAY + 300, 1 }, { YESTERDAY + 8 * SECONDS_PER_DAY, 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fixture f;

		fixture_open(&f, "");
		count(&f, YESTERDAY + 1, "192.0.2.1");
		f.r.now = rows[i].now;
		assert_row(i, make(&f) == rows[i].made);
		fixture_close(&f);
	}
}

static void
two_policies(void **state)
{
	struct fixture f;
	struct line line;

	(void)state;
	fixture_open(&f, "");
	count(&f, YESTERDAY + 1, "192.0.2.1");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	line.policy.p = STR("none");
	assert_int_equal(message_count(f.r.store, f.r.arena, &line), 0);
	assert_int_equal(make(&f), 2);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(DISTINCT id) "
		"FROM reports"), 2);
	fixture_close(&f);
}

/* Nobody asked, or the administrator does not want to. */
static void
nobody_to_tell(void **state)
{
	struct fixture f;
	struct line line;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	line.rua.count = 0;
	assert_int_equal(message_count(f.r.store, f.r.arena, &line), 0);
	assert_int_equal(make(&f), 0);
	count(&f, YESTERDAY + 1, "192.0.2.1");
	assert_int_equal(exclude_add(&f.r, STR("friend.example")), 1);
	assert_int_equal(make(&f), 0);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM tuples "
		"WHERE report = '-'"), 1);
	assert_int_equal(exclude_remove(&f.r, STR("friend.example")), 1);
	assert_int_equal(make(&f), 0);
	fixture_close(&f);
}

/* Only those of the list that can be used get a delivery. */
static void
destinations(void **state)
{
	struct str uris[] = { STR("mailto:a@b.example"), STR("https://x/"),
		STR("mailto:a@c.example"), STR("mailto:a@B.example") };
	struct fixture f;
	struct line line;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	line.rua = (struct line_uris){ uris, COUNT(uris) };
	assert_int_equal(message_count(f.r.store, f.r.arena, &line), 0);
	assert_int_equal(make(&f), 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) "
		"FROM deliveries"), 2);
	fixture_close(&f);
}

/* One that does not satisfy the schema is kept, and goes to nobody. */
static void
invalid(void **state)
{
	struct aggregate_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	count(&f, YESTERDAY + 1, "192.0.2.1");
	f.settings.organization = STR(" ");
	assert_int_equal(aggregate_all(&f.r, &counts), 0);
	assert_int_equal(counts.invalid, 1);
	assert_int_equal(counts.made, 0);
	assert_str(fixture_text(&f, "SELECT state FROM reports"), "invalid");
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) "
		"FROM deliveries"), 0);
	assert_int_equal(aggregate_all(&f.r, &counts), 0);
	assert_int_equal(counts.invalid, 0);
	/* Nor does a damaged row stop the others. */
	count(&f, YESTERDAY + 1, "192.0.2.1");
	assert_int_equal(store_run(f.r.store, "UPDATE tuples SET data = 'x' "
		"WHERE report = ''", NO_PARAMS), 1);
	assert_int_equal(aggregate_all(&f.r, &counts), 0);
	assert_int_equal(counts.invalid, 1);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM tuples "
		"WHERE report = ''"), 0);
	f.settings.conf.schema = "/no/where";
	assert_int_equal(aggregate_all(&f.r, &counts), ERR_CONFIG);
	fixture_close(&f);
}

/* More records than one report may have. */
static void
large(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(store_begin(f.r.store), 0);
	for (int i = 0; i < AGGREGATE_RECORDS_MAX + 5; i++) {
		struct strbuf ip = sb_new(f.r.arena);

		sb_addf(&ip, "2001:db8::%x", i + 1);
		count(&f, YESTERDAY + 1, sb_done(&ip).p);
	}
	assert_int_equal(store_commit(f.r.store), 0);
	assert_int_equal(make(&f), 2);
	assert_int_equal(fixture_number(&f, "SELECT SUM(messages) "
		"FROM reports"), AGGREGATE_RECORDS_MAX + 5);
	assert_int_equal(fixture_number(&f, "SELECT MIN(messages) "
		"FROM reports"), 5);
	fixture_close(&f);
}

/* Tuples of a stranger who signs with long names. */
static void
long_tuples(void **state)
{
	enum { TUPLES = 200, SIGNATURES = 100 };
	struct line_dkim *dkim = calloc(SIGNATURES, sizeof(*dkim));
	char name[255];
	struct fixture f;

	(void)state;
	memset(name, 'x', sizeof(name));
	for (int i = 0; i < SIGNATURES; i++)
		dkim[i] = (struct line_dkim){ { name, 255 }, { name, 255 },
			STR("fail"), STR("no"), STR("") };
	fixture_open(&f, "");
	assert_int_equal(store_begin(f.r.store), 0);
	for (int i = 0; i < TUPLES; i++) {
		struct line line = fixture_line(&f, LINE_JSON(YESTERDAYS,
			"192.0.2.1", ""));
		struct strbuf ip = sb_new(f.r.arena);

		sb_addf(&ip, "192.0.2.%d", i);
		line.tuple.ip = sb_done(&ip);
		line.tuple.dkim = dkim;
		line.tuple.dkim_count = SIGNATURES;
		assert_int_equal(message_count(f.r.store, f.r.arena, &line),
			0);
	}
	assert_int_equal(store_commit(f.r.store), 0);
	assert_int_equal(make(&f), 2);
	assert_int_equal(fixture_number(&f, "SELECT SUM(messages) "
		"FROM reports"), TUPLES);
	fixture_close(&f);
	free(dkim);
}

static void
preview(void **state)
{
	struct fixture f;
	struct str xml;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(aggregate_preview(&f.r, STR("friend.example"), &xml),
		ERR_ABSENT);
	count(&f, YESTERDAY + 1, "192.0.2.1");
	assert_int_equal(make(&f), 1);
	assert_int_equal(aggregate_preview(&f.r, STR("friend.example"), &xml),
		0);
	assert_true(str_has(xml, "<begin>1795564800</begin>"));
	count(&f, TODAY + 1, "192.0.2.7");
	assert_int_equal(aggregate_preview(&f.r, STR("friend.example"), &xml),
		0);
	assert_true(str_has(xml, "<source_ip>192.0.2.7</source_ip>"));
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM reports"),
		1);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_per_day),
		cmocka_unit_test(late),
		cmocka_unit_test(stable),
		cmocka_unit_test(hosts),
		cmocka_unit_test(day_not_over),
		cmocka_unit_test(two_policies),
		cmocka_unit_test(nobody_to_tell),
		cmocka_unit_test(destinations),
		cmocka_unit_test(invalid),
		cmocka_unit_test(large),
		cmocka_unit_test(long_tuples),
		cmocka_unit_test(preview),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
