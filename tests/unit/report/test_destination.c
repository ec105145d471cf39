/* Who gets reports, and who has agreed to. */
#include "unit/report/fixture.h"

#include "report/destination.h"

static void
uris(void **state)
{
	static const struct {
		const char *uri, *address; /* NULL: no use */
	} rows[] = {
		{ "mailto:a@b.example", "a@b.example" },
		{ "MAILTO:A.b+c@B.Example.", "A.b+c@b.example" },
		{ "mailto:a%2Bb@b.example", "a+b@b.example" },
		{ "mailto:a@b.example?subject=x", "a@b.example" },
		{ "mailto:a@b%C3%BCcher.example",
			"a@xn--bcher-kva.example" },
		{ "mailto:a@b.example,c@d.example", NULL },
		{ "mailto:a%2Cc@d.example", NULL },
		{ "mailto:%22a b%22@d.example", NULL },
		{ "mailto:a@b@c.example", NULL },
		{ "mailto:a%0D%0ARCPT%20TO:<x@y>@d.example", NULL },
		{ "mailto:a%00b@d.example", NULL },
		{ "mailto:a@d.example%0D%0A", NULL },
		{ "mailto:a@d.example%00", NULL },
		{ "mailto:.a@d.example", NULL },
		{ "mailto:a..b@d.example", NULL },
		{ "mailto:a.@d.example", NULL },
		{ "mailto:@d.example", NULL },
		{ "mailto:a@", NULL },
		{ "mailto:a", NULL },
		{ "mailto:", NULL },
		{ "https://d.example/a@b", NULL },
		{ "", NULL },
		{ "mailto:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaa@d.example", NULL },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct destination d;
		int err = destination_parse(arena, str_of(rows[i].uri), &d);

		assert_row(i, err == (rows[i].address != NULL ? 0 :
			ERR_SYNTAX));
		assert_row(i, err < 0 ||
			str_eq(d.address, str_of(rows[i].address)));
	}
	arena_free(arena);
}

static void
lists(void **state)
{
	struct str list[30] = { STR("https://x"), STR("mailto:a@b.example"),
		STR("mailto:a@B.example") };
	const struct line_uris uris = { list, COUNT(list) };
	struct arena *arena = arena_new(0);
	struct destinations all;

	(void)state;
	for (size_t i = 3; i < COUNT(list); i++) {
		struct strbuf sb = sb_new(arena);

		sb_addf(&sb, "mailto:a%zu@b.example", i);
		list[i] = sb_done(&sb);
	}
	assert_int_equal(destinations_parse(arena, &uris, &all), 0);
	assert_int_equal(all.count, DESTINATIONS_MAX);
	assert_str(all.list[0].address, "a@b.example");
	assert_str(all.list[1].address, "a3@b.example");
	arena_free(arena);
}

static const char zone[] =
	"_dmarc.a.example. TXT \"v=DMARC1; p=none\"\n"
	"_dmarc.b.example. TXT \"v=DMARC1; p=none\"\n"
	"a.example._report._dmarc.b.example. TXT \"v=DMARC1\"\n"
	"*._report._dmarc.all.example. TXT \"v=DMARC1;\"\n"
	"a.example._report._dmarc.other.example. TXT \"spf\"\n"
	"a.example._report._dmarc.to.example. TXT \"v=DMARC1; "
		"rua=mailto:new@to.example; "
		"ruf=mailto:ruf@to.example\"\n"
	"a.example._report._dmarc.away.example. TXT \"v=DMARC1; "
		"rua=mailto:x@elsewhere.example\"\n"
	"a.example._report._dmarc.both.example. TXT \"v=DMARC1; "
		"rua=mailto:x@both.example,mailto:x@elsewhere.example\"\n"
	"a.example._report._dmarc.two.example. TXT \"nothing\"\n"
	"a.example._report._dmarc.two.example. TXT \"v=DMARC1\"\n"
	"; fault a.example._report._dmarc.dead.example. SERVFAIL\n"
	"; fault _dmarc.walk.example. SERVFAIL\n"
	"; fault _dmarc.hung.example. TIMEOUT\n"
	"a.example._report._dmarc.hung.example. TXT \"v=DMARC1\"\n";

static void
consents(void **state)
{
	static const struct {
		const char *to;
		enum report_kind kind;
		enum consent consent;
		const char *address;
	} rows[] = {
		{ "x@a.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"x@a.example" },
		{ "x@in.a.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"x@in.a.example" },
		{ "x@b.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"x@b.example" },
		{ "x@all.example", KIND_FAILURE, CONSENT_GIVEN,
			"x@all.example" },
		{ "x@other.example", KIND_AGGREGATE, CONSENT_DENIED, "" },
		{ "x@none.example", KIND_AGGREGATE, CONSENT_DENIED, "" },
		{ "x@to.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"new@to.example" },
		{ "x@to.example", KIND_FAILURE, CONSENT_GIVEN,
			"ruf@to.example" },
		{ "x@away.example", KIND_AGGREGATE, CONSENT_DENIED, "" },
		{ "x@away.example", KIND_FAILURE, CONSENT_GIVEN,
			"x@away.example" },
		{ "x@both.example", KIND_AGGREGATE, CONSENT_DENIED, "" },
		{ "x@two.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"x@two.example" },
		{ "x@dead.example", KIND_AGGREGATE, CONSENT_UNKNOWN, "" },
		{ "x@walk.example", KIND_AGGREGATE, CONSENT_UNKNOWN, "" },
		{ "x@hung.example", KIND_AGGREGATE, CONSENT_GIVEN,
			"x@hung.example" },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, zone);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dns_scope dns = { f.r.dns, f.r.arena, 50, 0, false };
		struct strbuf uri = sb_new(f.r.arena);
		struct agreement got;
		struct destination d;

		sb_addf(&uri, "mailto:%s", rows[i].to);
		assert_int_equal(destination_parse(f.r.arena, sb_done(&uri),
			&d), 0);
		assert_int_equal(destination_verify(&dns, STR("a.example"), &d,
			rows[i].kind, &got), 0);
		assert_row(i, got.consent == rows[i].consent);
		if (got.consent != CONSENT_GIVEN)
			continue;
		assert_row(i, got.to.count == 1 && str_eq(
			got.to.list[0].address, str_of(rows[i].address)));
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uris),
		cmocka_unit_test(lists),
		cmocka_unit_test(consents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
