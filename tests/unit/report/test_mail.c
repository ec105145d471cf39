/* The mail: names, subject, MIME. */
#include "unit/report/fixture.h"

#include "report/mail.h"

static const struct report_name name = {
	.submitter = { "home.example", 12 },
	.domain = { "friend.example", 14 },
	.unique = { "0123abc", 7 },
	.begins = YESTERDAY,
	.ends = TODAY - 1,
};

static void
names(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_str(mail_file_name(arena, &name), "home.example!friend.example!"
		"1795564800!1795651199!0123abc.xml.gz");
	assert_str(mail_aggregate_subject(arena, &name),
		"Report Domain: friend.example\r\n Submitter: home.example\r\n"
		" Report-ID: <0123abc>");
	arena_free(arena);
}

static void
dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
		{ NOW, "Thu, 26 Nov 2026 10:00:00 +0000" },
		{ 951782399, "Mon, 28 Feb 2000 23:59:59 +0000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(mail_date(rows[i].seconds).text,
			rows[i].text);
}

static void
parts(void **state)
{
	static const struct {
		struct mail_part part;
		const char *wanted;
	} rows[] = {
		{ { STR("A: b\r\n"), STR("x\ny\r\n\nz"), false },
			"A: b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
			"x\r\ny\r\n\r\nz\r\n" },
		{ { STR(""), STR("\xc3\xa4\n"), false },
			"Content-Transfer-Encoding: base64\r\n\r\nw6QK\r\n" },
		{ { STR(""), STR("a\0b"), false },
			"Content-Transfer-Encoding: base64\r\n\r\nYQBi\r\n" },
		{ { STR(""), STR("a"), true },
			"Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n" },
		{ { STR(""), STR("ab"), true }, "\r\n\r\nYWI=\r\n" },
		{ { STR(""), STR(""), true }, "base64\r\n\r\n\r\n--=_u--" },
		/* 57 bytes fill a line, the 58th begins the next */
		{ { STR(""), STR("012345678901234567890123456789012345678901234"
			"567890123456"), true }, "NTY3ODkwMTIzNDU2\r\n\r\n--" },
		{ { STR(""), STR("012345678901234567890123456789012345678901234"
			"5678901234567"), true }, "NTY3ODkwMTIzNDU2\r\nNw==" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str text = mail_multipart(arena, "mixed", STR("u"),
			&rows[i].part, 1);

		assert_row(i, str_has(text, rows[i].wanted));
		assert_row(i, str_has(text, "boundary=\"=_u\"\r\n\r\n--=_u"));
		assert_row(i, str_iends(text, STR("\r\n--=_u--\r\n")));
	}
	arena_free(arena);
}

/* A line that an MTA would break goes as base64. */
static void
long_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct mail_part part = { .header = STR("") };

	(void)state;
	for (int i = 0; i < 1000; i++)
		sb_addc(&sb, 'x');
	part.content = sb_done(&sb);
	assert_true(str_has(mail_multipart(arena, "mixed", STR("u"), &part, 1),
		"base64"));
	arena_free(arena);
}

static void
whole(void **state)
{
	static const char *const wanted[] = {
		"Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n",
		"\r\nFrom: <dmarc@home.example>\r\nTo: <a@friend.example>\r\n",
		"\r\nSubject: Report Domain: friend.example\r\n Submitter: ",
		"\r\nMessage-ID: <1@home.example>\r\n",
		"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;",
		"Content-Type: application/gzip\r\n",
		"filename=\"home.example!friend.example!1795564800!1795651199!"
		"0123abc.xml.gz\"\r\n",
		"\r\n\r\nH4sI\r\n",
	};
	struct arena *arena = arena_new(0);
	const struct mail mail = { STR("dmarc@home.example"),
		STR("a@friend.example"), mail_aggregate_subject(arena, &name),
		STR("1@home.example"), NOW,
		mail_aggregate(arena, &name, STR("\x1f\x8b\x08")) };
	struct str text = mail_write(arena, &mail);

	(void)state;
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_row(i, str_has(text, wanted[i]));
	for (size_t i = 0; i < text.n; i++)
		assert_true(text.p[i] != '\n' || text.p[i - 1] == '\r');
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(dates),
		cmocka_unit_test(parts),
		cmocka_unit_test(long_line),
		cmocka_unit_test(whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
