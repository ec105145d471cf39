/* The schema refuses what a report must not be. */
#include "unit/report/fixture.h"

#include "report/schema.h"

#define SCHEMA "src/report/aggregate-report.rng"
#define HEAD "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">" \
	"<version>1.0</version><report_metadata><org_name>o</org_name>" \
	"<email>a@b.example</email><report_id>1</report_id>" \
	"<date_range><begin>1</begin><end>2</end></date_range>" \
	"<generator>g</generator></report_metadata>"
#define POLICY "<policy_published><domain>a.example</domain><p>none</p>" \
	"<adkim>r</adkim><aspf>r</aspf>" \
	"<discovery_method>psl</discovery_method><fo>1:d:s</fo>" \
	"<testing>n</testing></policy_published>"
#define RECORD(ip, count, result) "<record><row><source_ip>" ip \
	"</source_ip><count>" count "</count><policy_evaluated>" \
	"<disposition>none</disposition><dkim>" result "</dkim>" \
	"<spf>fail</spf></policy_evaluated></row><identifiers>" \
	"<header_from>a.example</header_from><envelope_from/>" \
	"</identifiers><auth_results/></record>"
#define GOOD RECORD("192.0.2.1", "1", "pass")

static void
documents(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{ HEAD POLICY GOOD "</feedback>", true },
		{ HEAD POLICY RECORD("2001:db8::1", "9", "fail") GOOD
			"</feedback>", true },
		{ HEAD POLICY "</feedback>", false },
		{ HEAD GOOD "</feedback>", false },
		{ HEAD POLICY GOOD, false },
		{ HEAD POLICY RECORD("mail.example", "1", "pass")
			"</feedback>", false },
		{ HEAD POLICY RECORD("", "1", "pass") "</feedback>", false },
		{ HEAD POLICY RECORD("192.0.2.1", "0", "pass") "</feedback>",
			false },
		{ HEAD POLICY RECORD("192.0.2.1", "1", "none") "</feedback>",
			false },
		{ HEAD POLICY GOOD "<more/></feedback>", false },
		{ "<feedback/>", false },
		{ "", false },
		{ "<!DOCTYPE feedback SYSTEM \"file:///etc/passwd\">"
			HEAD POLICY GOOD "</feedback>", true },
	};
	struct arena *arena = arena_new(0);
	struct schema *schema;

	(void)state;
	assert_int_equal(schema_load(arena, SCHEMA, &schema), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str why;
		bool got = schema_valid(schema, arena, str_of(rows[i].text),
			&why);

		assert_row(i, got == rows[i].valid);
		assert_row(i, got || why.n > 0);
	}
	arena_free(arena);
}

static void
no_schema(void **state)
{
	struct arena *arena = arena_new(0);
	struct schema *schema;

	(void)state;
	assert_int_equal(schema_load(arena, "/no/where.rng", &schema),
		ERR_CONFIG);
	assert_int_equal(schema_load(arena, "/dev/null", &schema), ERR_CONFIG);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(no_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
