/* A failure report as text. */
#include "unit/report/fixture.h"

#include "report/arf.h"

#define FAILED_DKIM "{\"domain\":\"friend.example\",\"selector\":\"k1\"," \
	"\"result\":\"fail\",\"aligned\":\"strict\"," \
	"\"identity\":\"@friend.example\"}"

static struct arf
make(struct line *line)
{
	line->envelope_from = STR("alice@friend.example");
	line->authres = STR("mx.home.example; dmarc=fail "
		"header.from=friend.example");
	line->headers = STR("From: Alice <alice@friend.example>\n"
		"Subject: =?utf-8?q?x?=\nMessage-ID: <1@friend.example>\n");
	return (struct arf){ .line = line, .incidents = 4,
		.reporter = STR("home.example"), .unique = STR("u") };
}

static void
fields(void **state)
{
	static const char *const wanted[] = {
		"Content-Type: multipart/report; report-type=feedback-report;",
		"Content-Type: message/feedback-report\r\n",
		"\r\nFeedback-Type: auth-failure\r\n",
		"\r\nUser-Agent: mailvet/", "\r\nVersion: 1\r\n",
		"\r\nAuth-Failure: dmarc\r\n",
		"\r\nIdentity-Alignment: dkim, spf\r\n",
		"\r\nOriginal-Mail-From: <alice@friend.example>\r\n",
		"\r\nArrival-Date: Wed, 25 Nov 2026 00:00:01 +0000\r\n",
		"\r\nSource-IP: 192.0.2.1\r\n",
		"\r\nReported-Domain: friend.example\r\n",
		"\r\nDelivery-Result: spam\r\n",
		"\r\nAuthentication-Results: mx.home.example; dmarc=fail",
		"\r\nIncidents: 4\r\n", "\r\nDKIM-Domain: friend.example\r\n",
		"\r\nDKIM-Selector: k1\r\n",
		"\r\nDKIM-Identity: @friend.example\r\n",
		"\r\nSPF-DNS: txt : friend.example : \"v=spf1 -all\"\r\n",
		"Content-Type: text/rfc822-headers\r\n",
		"\r\nSubject: =?utf-8?q?x?=\r\n",
	};
	struct line_dkim dkim = { STR("friend.example"), STR("k1"),
		STR("fail"), STR("strict"), STR("@friend.example") };
	struct fixture f;
	struct line line;
	struct arf arf;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	line.tuple.dkim = &dkim;
	line.tuple.dkim_count = 1;
	arf = make(&line);
	arf.spf_record = STR("v=spf1 -all");
	text = arf_write(f.r.arena, &arf);
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (!str_has(text, wanted[i]))
			fail_msg("no %s in\n%.*s", wanted[i], STR_ARG(text));
	fixture_close(&f);
}

static void
alignment(void **state)
{
	static const struct {
		bool dkim, spf;
		const char *wanted;
	} rows[] = {
		{ false, false, "Identity-Alignment: dkim, spf\r\n" },
		{ true, false, "Identity-Alignment: spf\r\n" },
		{ false, true, "Identity-Alignment: dkim\r\n" },
		{ true, true, "Identity-Alignment: none\r\n" },
	};
	struct line_dkim dkim = { STR("d"), STR("s"), STR("pass"),
		STR("relaxed"), STR("") };
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct line line = fixture_line(&f, LINE_JSON(YESTERDAYS,
			"192.0.2.1", ""));
		struct arf arf = make(&line);

		line.tuple.dkim = &dkim;
		line.tuple.dkim_count = rows[i].dkim;
		line.tuple.spf = (struct line_spf){ STR("d"), STR("pass"),
			rows[i].spf };
		assert_row(i, str_has(arf_write(f.r.arena, &arf),
			rows[i].wanted));
	}
	fixture_close(&f);
}

static void
redacted(void **state)
{
	struct line_dkim dkim = { STR("friend.example"), STR("k1"),
		STR("fail"), STR("strict"), STR("alice@friend.example") };
	struct fixture f;
	struct line line;
	struct arf arf;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	arf = make(&line);
	line.tuple.dkim = &dkim;
	line.tuple.dkim_count = 1;
	arf.redact_key = STR("key");
	text = arf_write(f.r.arena, &arf);
	assert_false(str_has(text, "alice"));
	assert_true(str_has(text, "\r\nDKIM-Identity: "));
	assert_true(str_has(text, "<1@friend.example>"));
	fixture_close(&f);
}

/* A stranger's text cannot make a field or a part of its own. */
static void
hostile(void **state)
{
	struct fixture f;
	struct line line;
	struct arf arf;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	arf = make(&line);
	line.envelope_from = STR("x>\r\nIncidents: 9\r\n@\xff");
	line.authres = STR("a\nIncidents: 9");
	line.tuple.spf.domain = STR("b\nIncidents: 9");
	line.headers = STR("X: \0\x1b[2J\n");
	arf.spf_record = STR("v=spf1 \"\n\nIncidents: 9");
	text = arf_write(f.r.arena, &arf);
	assert_false(str_has(text, "\nIncidents: 9"));
	assert_false(str_has(text, "\x1b"));
	assert_true(str_has(text, "text/rfc822-headers\r\n"
		"Content-Transfer-Encoding: base64\r\n"));
	fixture_close(&f);
}

/* However long they are, the fields are there to be read. */
static void
long_texts(void **state)
{
	struct fixture f;
	struct line line;
	struct arf arf;
	struct strbuf sb;
	struct str text, x;

	(void)state;
	fixture_open(&f, "");
	sb = sb_new(f.r.arena);
	for (int i = 0; i < 5000; i++)
		sb_addc(&sb, 'x');
	x = sb_done(&sb);
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	arf = make(&line);
	line.envelope_from = line.authres = line.tuple.spf.domain = x;
	line.tuple.header_from = str_first(x, 253);
	arf.spf_record = x;
	text = arf_write(f.r.arena, &arf);
	assert_true(str_has(text, "\r\nSPF-DNS: txt : xx"));
	assert_false(str_has(text, "base64"));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(alignment),
		cmocka_unit_test(redacted),
		cmocka_unit_test(hostile),
		cmocka_unit_test(long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
