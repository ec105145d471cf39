/* The report as XML, whatever strangers wrote. */
#include "unit/report/fixture.h"

#include "report/schema.h"
#include "report/tuple.h"
#include "report/xml.h"

#define BAD "\xef\xbf\xbd"

static void
characters(void **state)
{
	static const struct {
		struct str text;
		const char *wanted;
	} rows[] = {
		{ STR("plain"), "plain" },
		{ STR("<a href='x'>&amp;"), "<a href='x'>&amp;" },
		{ STR("a\tb\r\nc"), "a b  c" },
		{ STR("a\0b"), "a" BAD "b" },
		{ STR("\x01\x1f\x7f"), BAD BAD BAD },
		{ STR("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
			"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ STR("\xc3"), BAD },
		{ STR("\xc3("), BAD "(" },
		{ STR("\xa4"), BAD },
		{ STR("\xc0\xaf"), BAD BAD },
		{ STR("\xe0\x80\xaf"), BAD BAD BAD },
		{ STR("\xed\xa0\x80"), BAD BAD BAD },
		{ STR("\xef\xbf\xbe"), BAD BAD BAD },
		{ STR("\xf4\x90\x80\x80"), BAD BAD BAD BAD },
		{ STR("\xf8\x88\x80\x80\x80"), BAD BAD BAD BAD BAD },
		{ STR(""), "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(i, str_eq(xml_text(arena, rows[i].text),
			str_of(rows[i].wanted)));
	arena_free(arena);
}

static struct xml_report
simple(struct fixture *f, struct xml_record *record)
{
	struct line line = fixture_line(f, LINE_JSON(YESTERDAYS,
		"192.0.2.1", ""));

	*record = (struct xml_record){ tuple_to_text(f->r.arena, &line.tuple),
		3 };
	return (struct xml_report){ .organization = STR("Home & Co."),
		.email = STR("dmarc@home.example"),
		.id = STR("0123"), .begins = YESTERDAY,
		.ends = TODAY - 1, .policy = line.policy, .records = record,
		.count = 1 };
}

static bool
valid(struct fixture *f, struct str xml)
{
	struct schema *schema;
	struct str why;

	assert_int_equal(schema_load(f->r.arena, f->settings.conf.schema,
		&schema), 0);
	if (schema_valid(schema, f->r.arena, xml, &why))
		return true;
	print_message("%.*s\n%.*s\n", STR_ARG(why), STR_ARG(xml));
	return false;
}

static void
whole(void **state)
{
	static const char *const wanted[] = {
		"<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">",
		"<org_name>Home &amp; Co.</org_name>",
		"<begin>1795564800</begin>", "<end>1795651199</end>",
		"<count>3</count>", "<disposition>quarantine</disposition>",
		"<type>local_policy</type>", "<comment>enforce</comment>",
		"<scope>mfrom</scope>", "<generator>mailvet ",
	};
	struct xml_record record;
	struct xml_report report;
	struct fixture f;
	struct str xml;

	(void)state;
	fixture_open(&f, "");
	report = simple(&f, &record);
	assert_int_equal(xml_write(f.r.arena, &report, &xml), 0);
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_row(i, str_has(xml, wanted[i]));
	assert_false(str_has(xml, "<sp>"));
	assert_true(valid(&f, xml));
	fixture_close(&f);
}

/* Hostile text in every field where a stranger's can be. */
static void
hostile(void **state)
{
	static const struct str texts[] = {
		STR("</record><record>"), STR("<!DOCTYPE x [<!ENTITY y 'z'>]>"),
		STR("]]>"), STR("<![CDATA["), STR("&y;&#0;&lt;"), STR("-->"),
		STR("\1\x7f\xef\xbf\xbe\xef\xbf\xbf"), STR("\"'<?xml?>"),
		STR("\xe2\x80\xae\xef\xbb\xbf"), STR(""), STR("   "),
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct line_reason reason = { STR("other"), texts[i] };
		struct line_dkim dkim = { texts[i], texts[i], STR("fail"),
			STR("no"), texts[i] };
		struct tuple tuple = fixture_line(&f, LINE_JSON(YESTERDAYS,
			"192.0.2.1", "")).tuple;
		struct xml_record record;
		struct xml_report report = simple(&f, &record);
		struct str xml;

		tuple.mail_from = texts[i];
		tuple.spf.domain = texts[i];
		tuple.reasons = &reason;
		tuple.dkim = &dkim;
		tuple.dkim_count = 1;
		record.tuple = tuple_to_text(f.r.arena, &tuple);
		assert_int_equal(xml_write(f.r.arena, &report, &xml), 0);
		assert_row(i, valid(&f, xml));
		assert_row(i, !str_has(xml, "<!"));
	}
	fixture_close(&f);
}

static void
null_sender(void **state)
{
	struct xml_record record;
	struct xml_report report;
	struct tuple tuple;
	struct fixture f;
	struct str xml;

	(void)state;
	fixture_open(&f, "");
	tuple = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", "")).tuple;
	report = simple(&f, &record);
	tuple.mail_from = STR("");
	tuple.spf = (struct line_spf){ .aligned = false };
	record.tuple = tuple_to_text(f.r.arena, &tuple);
	assert_int_equal(xml_write(f.r.arena, &report, &xml), 0);
	assert_true(str_has(xml, "<envelope_from></envelope_from>") ||
		str_has(xml, "<envelope_from/>"));
	assert_false(str_has(xml, "<scope>"));
	assert_true(valid(&f, xml));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters),
		cmocka_unit_test(whole),
		cmocka_unit_test(hostile),
		cmocka_unit_test(null_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
