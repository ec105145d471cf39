/* check_host() as a whole. */
#include "unit/spf/fixture.h"

#define ZONE \
	TXT("d.test", "v=spf1 ip4:192.0.2.0/24 a mx -all") \
	A("d.test", "198.51.100.1") MX("d.test", "mx.test") \
	A("mx.test", "198.51.100.2") \
	TXT("soft.test", "v=spf1 ~all") TXT("none.test", "hello") \
	TXT("neutral.test", "v=spf1 ?all") TXT("empty.test", "v=spf1") \
	TXT("bad.test", "v=spf1 +all foo") FAULT("lost.test") \
	TXT("two.test", "v=spf1 +all") TXT("two.test", "v=spf1 -all") \
	TXT("exp.test", "v=spf1 -all exp=e.exp.test") \
	TXT("e.exp.test", "no %{i} for %{s}") \
	TXT("inc.test", "v=spf1 include:exp.test -all") \
	TXT("re.test", "v=spf1 redirect=exp.test") \
	TXT("reinc.test", "v=spf1 include:re.test ~all exp=x.test") \
	TXT("loop.test", "v=spf1 include:loop.test") \
	TXT("ring.test", "v=spf1 redirect=ring.test") \
	TXT("voids.test", "v=spf1 a:n1.x a:n2.x a:n3.x +all") \
	TXT("voids2.test", "v=spf1 a:n1.x a:n2.x +all") \
	TXT("helo.test", "v=spf1 exists:%{l}.%{o}.%{h}.l.test -all") \
	A("postmaster.helo.test.helo.test.l.test", "127.0.0.1") \
	TXT("xn--bcher-kva.test", "v=spf1 exists:%{o}.i.test -all") \
	A("xn--bcher-kva.test.i.test", "127.0.0.1") \
	TXT("case.test", "v=spf1 exists:%{o}.i.test -all") \
	A("case.test.i.test", "127.0.0.1") \
	TXT("six.test", "v=spf1 ip6:2001:db8::/32 ip6:::ffff:c000:200/120" \
		" -all") \
	"cname.test. IN CNAME d.test.\n" \
	"strings.test. IN TXT \"v=spf1 ip4:192\" \".0.2.1 -all\"\n"

static const struct {
	const char *client, *from;
	enum auth_result result;
	const char *mechanism, *reason, *explanation;
} rows[] = {
	{ "192.0.2.7", "a@d.test", AUTH_PASS, "ip4:192.0.2.0/24", "", "" },
	{ "198.51.100.1", "a@d.test", AUTH_PASS, "a", "", "" },
	{ "198.51.100.2", "a@d.test", AUTH_PASS, "mx", "", "" },
	{ "198.51.100.3", "a@d.test", AUTH_FAIL, "-all", "", "" },
	{ "::ffff:192.0.2.7", "a@d.test", AUTH_PASS, "ip4:192.0.2.0/24", "",
		"" },
	{ "192.0.2.7", "a@D.Test.", AUTH_PASS, "ip4:192.0.2.0/24", "", "" },
	{ "192.0.2.7", "a@cname.test", AUTH_PASS, "ip4:192.0.2.0/24", "", "" },
	{ "192.0.2.1", "a@strings.test", AUTH_PASS, "ip4:192.0.2.1", "", "" },
	{ "192.0.2.7", "a@soft.test", AUTH_SOFTFAIL, "~all", "", "" },
	{ "192.0.2.7", "a@neutral.test", AUTH_NEUTRAL, "?all", "", "" },
	{ "192.0.2.7", "a@empty.test", AUTH_NEUTRAL, "", "", "" },
	{ "192.0.2.7", "a@none.test", AUTH_NONE, "", "no SPF record", "" },
	{ "192.0.2.7", "a@absent.test", AUTH_NONE, "", "no SPF record", "" },
	{ "192.0.2.7", "a@lost.test", AUTH_TEMPERROR, "", "FAILURE", "" },
	{ "192.0.2.7", "a@two.test", AUTH_PERMERROR, "",
		"more than one SPF record", "" },
	{ "192.0.2.7", "a@bad.test", AUTH_PERMERROR, "",
		"bad.test: unknown mechanism: foo", "" },
	/* Not a domain that could have a record (section 4.3). */
	{ "192.0.2.7", "a@test", AUTH_NONE, "",
		"not a domain that can have a record", "" },
	{ "192.0.2.7", "a@[192.0.2.7]", AUTH_NONE, "",
		"not a domain that can have a record", "" },
	{ "192.0.2.7", "a@x..test", AUTH_NONE, "",
		"not a domain that can have a record", "" },
	{ "192.0.2.7", "a@\xc3\x28.test", AUTH_NONE, "",
		"not a domain that can have a record", "" },
	{ "192.0.2.7", "a@", AUTH_NONE, "", "there is no domain", "" },
	{ NULL, "a@d.test", AUTH_NONE, "", "the client has no address", "" },
	/* The explanation is that of the domain whose record decides. */
	{ "192.0.2.7", "a@exp.test", AUTH_FAIL, "-all", "",
		"no 192.0.2.7 for a@exp.test" },
	{ "192.0.2.7", "a@inc.test", AUTH_FAIL, "-all", "", "" },
	{ "192.0.2.7", "a@re.test", AUTH_FAIL, "-all", "",
		"no 192.0.2.7 for a@re.test" },
	{ "192.0.2.7", "a@reinc.test", AUTH_SOFTFAIL, "~all", "", "" },
	/* Limits. */
	{ "192.0.2.7", "a@loop.test", AUTH_PERMERROR, "",
		"more than 10 terms that ask the DNS", "" },
	{ "192.0.2.7", "a@ring.test", AUTH_PERMERROR, "",
		"more than 10 terms that ask the DNS", "" },
	{ "192.0.2.7", "a@voids.test", AUTH_PERMERROR, "",
		"more than 2 terms without an answer", "" },
	{ "192.0.2.7", "a@voids2.test", AUTH_PASS, "+all", "", "" },
	/* IPv6; an ip6 network never has an IPv4 client. */
	{ "2001:db8:1::1", "a@six.test", AUTH_PASS, "ip6:2001:db8::/32", "",
		"" },
	{ "192.0.2.7", "a@six.test", AUTH_FAIL, "-all", "", "" },
	/* IDNs as A-labels, everywhere. */
	{ "192.0.2.7", "a@b\xc3\xbc" "cher.test", AUTH_PASS,
		"exists:%{o}.i.test", "", "" },
	{ "192.0.2.7", "a@CASE.test", AUTH_PASS, "exists:%{o}.i.test", "",
		"" },
};

static void
checks(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spf_answer got =
			check_from(&f, rows[i].client, rows[i].from);

		assert_row(i, got.result == rows[i].result);
		assert_row(i, str_eq(got.mechanism,
			str_of(rows[i].mechanism)));
		assert_row(i, str_eq(got.reason, str_of(rows[i].reason)));
		assert_row(i, str_eq(got.explanation,
			str_of(rows[i].explanation)));
		assert_row(i, got.terms <= SPF_TERMS_MAX &&
			got.voids <= SPF_VOIDS_MAX);
	}
	fixture_close(&f);
}

static const struct {
	enum spf_identity identity;
	const char *helo, *from, *sender, *domain;
	enum auth_result result;
} identities[] = {
	{ SPF_MAIL_FROM, "helo.test", "a@d.test", "a@d.test", "d.test",
		AUTH_PASS },
	{ SPF_MAIL_FROM, "helo.test", "", "postmaster@helo.test",
		"helo.test", AUTH_PASS },
	{ SPF_HELO, "helo.test", "a@d.test", "postmaster@helo.test",
		"helo.test", AUTH_PASS },
	{ SPF_MAIL_FROM, "helo.test", "@helo.test", "postmaster@helo.test",
		"helo.test", AUTH_PASS },
	{ SPF_MAIL_FROM, "x.test", "\"a@b\"@d.test", "\"a@b\"@d.test",
		"d.test", AUTH_PASS },
	{ SPF_HELO, "[192.0.2.7]", "a@d.test", "postmaster@[192.0.2.7]", "",
		AUTH_NONE },
	{ SPF_HELO, "", "a@d.test", "postmaster@", "", AUTH_NONE },
	{ SPF_MAIL_FROM, "x.test", "nobody", "nobody@", "", AUTH_NONE },
};

static void
chooses_identities(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	for (size_t i = 0; i < COUNT(identities); i++) {
		const struct spf_query query = {
			.identity = identities[i].identity,
			.client = ip("192.0.2.7"),
			.helo = str_of(identities[i].helo),
			.sender = str_of(identities[i].from) };
		struct spf_answer got;

		assert_int_equal(spf_check_host(&f.scope, &query, &got), 0);
		assert_row(i, got.result == identities[i].result);
		assert_row(i, str_eq(got.sender,
			str_of(identities[i].sender)));
		assert_row(i, str_eq(got.domain,
			str_of(identities[i].domain)));
	}
	fixture_close(&f);
}

/* The first question goes out early; an explanation only if wanted. */
static void
asks_early_and_little(void **state)
{
	struct spf_query query = { .client = ip("192.0.2.7"),
		.sender = STR("a@exp.test") };
	struct spf_check *check;
	struct spf_answer got;
	struct fixture f;

	(void)state;
	fixture_open(&f, ZONE);
	assert_int_equal(spf_check_start(&f.scope, &query, &check), 0);
	assert_int_equal(f.scope.asked, 1);
	assert_int_equal(spf_check_finish(check, &got), 0);
	assert_int_equal(f.scope.asked, 1);
	assert_int_equal(got.explanation.n, 0);
	query.sender = STR("a@x");
	assert_int_equal(spf_check_host(&f.scope, &query, &got), 0);
	assert_int_equal(f.scope.asked, 1);
	fixture_close(&f);
}

static void
gives_names(void **state)
{
	const struct spf_query query = { .client = ip("192.0.2.7"),
		.sender = STR("a@d.test") };
	struct spf_check *check;
	const struct str *names;
	struct fixture f;
	bool complete;

	(void)state;
	fixture_open(&f, ZONE PTR("7.2.0.192.in-addr.arpa", "n.test")
		A("n.test", "192.0.2.7"));
	assert_int_equal(spf_check_start(&f.scope, &query, &check), 0);
	assert_int_equal(spf_check_names(check, &names, &complete), 1);
	assert_str(names[0], "n.test");
	assert_true(complete);
	fixture_close(&f);
	fixture_open(&f, ZONE FAULT("7.2.0.192.in-addr.arpa"));
	assert_int_equal(spf_check_start(&f.scope, &query, &check), 0);
	assert_int_equal(spf_check_names(check, &names, &complete), 0);
	assert_false(complete);
	fixture_close(&f);
}

/* Whatever the memory, the result is true or there is none. */
static void
out_of_memory(void **state)
{
	const struct spf_query query = { .client = ip("198.51.100.3"),
		.sender = STR("a@d.test"), .explain = true };
	bool enough = false;

	(void)state;
	for (size_t limit = 0; !enough; limit += 64) {
		struct spf_answer got;
		struct fixture f;
		int rc;

		fixture_open(&f, ZONE);
		arena_free(f.scope.arena);
		f.scope.arena = arena_new(limit + 1);
		rc = spf_check_host(&f.scope, &query, &got);
		assert_true(rc == 0 || rc == ERR_NOMEM);
		enough = rc == 0 && got.result == AUTH_FAIL;
		assert_true(rc < 0 || got.result == AUTH_FAIL ||
			got.result == AUTH_TEMPERROR);
		fixture_close(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks),
		cmocka_unit_test(chooses_identities),
		cmocka_unit_test(asks_early_and_little),
		cmocka_unit_test(gives_names),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
