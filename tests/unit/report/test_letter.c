/* The mail of a delivery. */
#include "unit/report/fixture.h"

#include "report/letter.h"

static void
add_report(struct fixture *f, const char *kind, struct str data)
{
	assert_int_equal(store_run(f->r.store, "INSERT INTO reports (id, "
		"kind, domain, submitter, begins, ends, made, messages, state, "
		"data) VALUES ('ab12', $1, 'friend.example', 'home.example', "
		"1, 2, $2, 1, 'ready', $3)", PARAMS(TEXT(str_of(kind)),
		INT(NOW), BYTES(data))), 1);
}

static struct str
write_to(struct fixture *f, const char *destination, enum report_kind kind)
{
	const struct delivery d = { .report = STR("ab12"),
		.destination = str_of(destination), .kind = kind,
		.domain = STR("friend.example") };
	struct str text = { NULL, 0 };

	assert_int_equal(letter_write(&f->r, f->r.arena, &d, &text), 0);
	return text;
}

static void
aggregate(void **state)
{
	struct fixture f;
	struct str a, b;

	(void)state;
	fixture_open(&f, "");
	add_report(&f, "aggregate", STR("\x1f\x8b\x08"));
	a = write_to(&f, "a@friend.example", KIND_AGGREGATE);
	assert_true(str_has(a, "Report-ID: <ab12>"));
	assert_true(str_has(a, "home.example!friend.example!1!2!ab12.xml.gz"));
	assert_true(str_has(a, "\r\nMessage-ID: <ab12."));
	assert_true(str_has(a, "Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n"));
	f.r.now += 12345;
	assert_true(str_eq(write_to(&f, "a@friend.example", KIND_AGGREGATE),
		a));
	b = write_to(&f, "b@friend.example", KIND_AGGREGATE);
	assert_true(str_has(b, "To: <b@friend.example>"));
	fixture_close(&f);
}

static void
failure(void **state)
{
	struct fixture f;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	add_report(&f, "failure", STR("Content-Type: text/plain\r\n\r\nx\r\n"));
	text = write_to(&f, "a@friend.example", KIND_FAILURE);
	assert_true(str_iends(text,
		STR("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
		"x\r\n")));
	assert_true(str_has(text, "Subject: DMARC failure report about\r\n "
		"friend.example\r\n"));
	fixture_close(&f);
}

static void
absent(void **state)
{
	const struct delivery d = { .report = STR("x@y"),
		.destination = STR("a@b"), .domain = STR("b") };
	struct fixture f;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	assert_int_equal(letter_write(&f.r, f.r.arena, &d, &text), ERR_ABSENT);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aggregate),
		cmocka_unit_test(failure),
		cmocka_unit_test(absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
