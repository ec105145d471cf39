/* Deliveries and their states. */
#include "unit/report/fixture.h"
#include "unit/report/sink.h"

#include "report/deliver.h"
#include "report/exclude.h"

static const char zone[] =
	"_dmarc.friend.example. TXT \"v=DMARC1; p=none\"\n"
	"friend.example._report._dmarc.to.example. TXT \"v=DMARC1\"\n"
	"friend.example._report._dmarc.others.example. "
	"TXT \"v=DMARC1; rua=mailto:no@others.example\"\n"
	"friend.example._report._dmarc.two.example. TXT \"v=DMARC1; "
	"rua=mailto:no@two.example,mailto:yes@two.example\"\n"
	"; fault friend.example._report._dmarc.dead.example. SERVFAIL\n";

/* A report, and who shall have it. */
static void
add_report(struct fixture *f, const char *id, const char *destination)
{
	const struct delivery d = { .report = str_of(id),
		.destination = str_of(destination), .kind = KIND_AGGREGATE,
		.domain = STR("friend.example") };

	assert_int_equal(store_run(f->r.store, "INSERT INTO reports (id, "
		"kind, domain, submitter, begins, ends, made, messages, state, "
		"data) VALUES ($1, 'aggregate', 'friend.example', "
		"'home.example', 1, 2, $2, 1, 'ready', $3) "
		"ON CONFLICT (id) DO NOTHING",
		PARAMS(TEXT(str_of(id)), INT(f->r.now),
			BYTES(STR("\x1f\x8b")))) >= 0, 1);
	assert_int_equal(deliver_add(&f->r, &d), 0);
}

static struct deliver_counts
deliver(struct fixture *f)
{
	struct deliver_counts counts;

	assert_int_equal(deliver_all(&f->r, &counts), 0);
	return counts;
}

static struct str
state_of(struct fixture *f)
{
	return fixture_text(f, "SELECT state FROM deliveries "
		"ORDER BY destination LIMIT 1");
}

static void
sent_once(void **state)
{
	static struct sink sink;
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	sink_start(&sink);
	f.settings.submit_port = sink.port;
	add_report(&f, "1", "a@friend.example");
	add_report(&f, "1", "b@to.example");
	assert_int_equal(deliver(&f).sent, 2);
	assert_int_equal(deliver(&f).sent, 0);
	sink_stop(&sink);
	assert_int_equal(sink.count, 2);
	assert_non_null(strstr(sink.messages[0],
		"Report-ID: <1>"));
	assert_non_null(strstr(sink.messages[0], "To: <a@friend.example>"));
	assert_str(state_of(&f), "sent");
	fixture_close(&f);
}

static void
not_wanted(void **state)
{
	struct deliver_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	assert_int_equal(exclude_add(&f.r, STR("no@friend.example")), 1);
	add_report(&f, "1", "a@elsewhere.example");
	add_report(&f, "1", "no@friend.example");
	add_report(&f, "1", "b@dead.example");
	counts = deliver(&f);
	assert_int_equal(counts.denied, 1);
	assert_int_equal(counts.excluded, 1);
	assert_int_equal(counts.waiting, 1);
	assert_int_equal(fixture_number(&f, "SELECT due FROM deliveries "
		"WHERE state = 'waiting'"), NOW + DELIVER_FIRST_WAIT);
	fixture_close(&f);
}

/* What was made before reports were switched off does not go out either. */
static void
switched_off(void **state)
{
	struct deliver_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	f.settings.conf.aggregate = false;
	add_report(&f, "1", "a@friend.example");
	assert_int_equal(deliver_add(&f.r, &(struct delivery){
		.report = STR("1"), .destination = STR("b@friend.example"),
		.kind = KIND_FAILURE, .domain = STR("friend.example") }), 0);
	counts = deliver(&f);
	assert_int_equal(counts.excluded, 2);
	assert_int_equal(fixture_number(&f, "SELECT SUM(attempts) "
		"FROM deliveries"), 0);
	assert_str(fixture_text(&f, "SELECT note FROM deliveries"),
		"switched off");
	fixture_close(&f);
}

/* Nobody gets round an exclusion by naming another address. */
static void
excluded_override(void **state)
{
	static struct sink sink;
	struct deliver_counts counts;
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	sink_start(&sink);
	f.settings.submit_port = sink.port;
	assert_int_equal(exclude_add(&f.r, STR("no@others.example")), 1);
	assert_int_equal(exclude_add(&f.r, STR("no@two.example")), 1);
	add_report(&f, "1", "a@others.example");
	add_report(&f, "1", "a@two.example");
	counts = deliver(&f);
	sink_stop(&sink);
	assert_int_equal(counts.excluded, 1);
	assert_int_equal(counts.sent, 1);
	assert_int_equal(sink.count, 1);
	assert_string_equal(sink.to, "<yes@two.example>\r\n");
	fixture_close(&f);
}

/* Failure, more of it, and the end of patience. */
static void
three_days(void **state)
{
	static const char *const destinations[] = {
		"a@friend.example", /* the MTA does not answer */
		"b@dead.example",   /* the DNS does not */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(destinations); i++) {
		struct fixture f;
		int64_t attempts = 0, last = 0;

		fixture_open(&f, zone);
		add_report(&f, "1", destinations[i]);
		while (deliver(&f).failed == 0) {
			attempts++;
			last = f.r.now;
			assert_int_equal(deliver(&f).waiting, 0);
			f.r.now = fixture_number(&f,
				"SELECT due FROM deliveries");
			assert_true(f.r.now > last);
			assert_true(attempts < 100);
		}
		assert_in_range(attempts, 8, 20);
		assert_in_range(f.r.now, NOW + DELIVER_SECONDS -
			DELIVER_LAST_WAIT, NOW + DELIVER_SECONDS);
		assert_str(state_of(&f), "failed");
		fixture_close(&f);
	}
}

/* An MTA that is down is asked once, not once for each report. */
static void
no_server(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	add_report(&f, "1", "a@friend.example");
	add_report(&f, "2", "a@friend.example");
	assert_int_equal(deliver(&f).waiting, 1);
	assert_int_equal(fixture_number(&f, "SELECT SUM(attempts) "
		"FROM deliveries"), 1);
	fixture_close(&f);
}

static void
waits(void **state)
{
	static const struct {
		int64_t attempts, seconds;
	} rows[] = { { 0, 900 }, { 1, 900 }, { 2, 1800 }, { 3, 3600 },
		{ 6, 28800 }, { 7, 28800 }, { 1000000, 28800 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(i, deliver_wait(rows[i].attempts) ==
			rows[i].seconds);
}

/* What the MTA does with it, and what we then believe. */
static void
moods(void **state)
{
	static const struct {
		enum sink_mood mood;
		const char *state;
	} rows[] = {
		{ SINK_REFUSES_RCPT, "waiting" },
		{ SINK_REFUSES_DATA, "waiting" },
		{ SINK_HANGS_UP, "waiting" },
		{ SINK_SAYS_NOTHING, "unsure" },
		{ SINK_KIND, "sent" },
	};
	static struct sink sink;

	(void)state;
	sink_start(&sink);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fixture f;

		fixture_open(&f, zone);
		f.settings.submit_port = sink.port;
		sink.mood = rows[i].mood;
		add_report(&f, "1", "a@friend.example");
		(void)deliver(&f);
		assert_row(i, str_eq(state_of(&f), str_of(rows[i].state)));
		fixture_close(&f);
	}
	sink_stop(&sink);
}

/* What a run that was killed left behind. */
static void
after_a_crash(void **state)
{
	static const struct {
		const char *sql;
		int64_t again;
	} rows[] = {
		{ "UPDATE deliveries SET state = 'sending'", 0 },
		{ "UPDATE deliveries SET state = 'unsure'", 1 },
	};
	static struct sink sink;

	(void)state;
	sink_start(&sink);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct deliver_counts counts;
		struct fixture f;

		fixture_open(&f, zone);
		f.settings.submit_port = sink.port;
		add_report(&f, "1", "a@friend.example");
		assert_int_equal(store_run(f.r.store, rows[i].sql, NO_PARAMS),
			1);
		counts = deliver(&f);
		assert_row(i, counts.sent == 1);
		assert_row(i, counts.again == rows[i].again);
		fixture_close(&f);
	}
	sink_stop(&sink);
	assert_int_equal(sink.count, 2);
	assert_string_equal(sink.messages[0], sink.messages[1]);
}

/* A host that slept through its lease sends nothing. */
static void
lease_lost(void **state)
{
	struct deliver_counts counts;
	static struct sink sink;
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	sink_start(&sink);
	f.settings.submit_port = sink.port;
	add_report(&f, "1", "a@friend.example");
	assert_int_equal(store_run(f.r.store, "INSERT INTO leases VALUES "
		"('send', 'mx2.home.example', 99999999999)", NO_PARAMS), 1);
	assert_int_equal(deliver_all(&f.r, &counts), ERR_LIMIT);
	sink_stop(&sink);
	assert_int_equal(sink.connections, 0);
	assert_str(state_of(&f), "waiting");
	fixture_close(&f);
}

static void
lost_report(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	add_report(&f, "1", "a@friend.example");
	assert_int_equal(store_run(f.r.store, "DELETE FROM reports",
		NO_PARAMS), 1);
	assert_int_equal(deliver(&f).failed, 1);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_once),
		cmocka_unit_test(not_wanted),
		cmocka_unit_test(switched_off),
		cmocka_unit_test(excluded_override),
		cmocka_unit_test(three_days),
		cmocka_unit_test(no_server),
		cmocka_unit_test(waits),
		cmocka_unit_test(moods),
		cmocka_unit_test(after_a_crash),
		cmocka_unit_test(lease_lost),
		cmocka_unit_test(lost_report),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
