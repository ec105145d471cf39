/* The grammar of records, term by term. */
#include "unit/spf/fixture.h"

#include "spf/record.h"

static const struct {
	struct str txt;
	bool is;
} versions[] = {
	{ STR("v=spf1"), true },
	{ STR("v=spf1 "), true },
	{ STR("V=SPF1 -all"), true },
	{ STR("v=spf10"), false },
	{ STR("v=spf1-all"), false },
	{ STR("v=spf1\t-all"), false },
	{ STR("v=spf1\0-all"), false },
	{ STR(" v=spf1"), false },
	{ STR("v=spf2.0/pra -all"), false },
	{ STR("v=spf"), false },
	{ STR(""), false },
};

static void
selects_by_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++)
		assert_row(i, spf_record_is(versions[i].txt) ==
			versions[i].is);
}

static const struct {
	const char *text;
	enum spf_kind kind;
	char qualifier;
	const char *domain;
	unsigned prefix4, prefix6;
} terms[] = {
	{ "all", SPF_ALL, '+', "", 32, 128 },
	{ "-ALL", SPF_ALL, '-', "", 32, 128 },
	{ "~all", SPF_ALL, '~', "", 32, 128 },
	{ "?all", SPF_ALL, '?', "", 32, 128 },
	{ "include:x.test", SPF_INCLUDE, '+', "x.test", 32, 128 },
	{ "-include:%{d}", SPF_INCLUDE, '-', "%{d}", 32, 128 },
	{ "a", SPF_A, '+', "", 32, 128 },
	{ "a/24", SPF_A, '+', "", 24, 128 },
	{ "a/0", SPF_A, '+', "", 0, 128 },
	{ "a//64", SPF_A, '+', "", 32, 64 },
	{ "a/24//64", SPF_A, '+', "", 24, 64 },
	{ "a//0", SPF_A, '+', "", 32, 0 },
	{ "a:x.test/24//64", SPF_A, '+', "x.test", 24, 64 },
	{ "a:x/y.test", SPF_A, '+', "x/y.test", 32, 128 },
	{ "a:x.test.", SPF_A, '+', "x.test.", 32, 128 },
	{ "mx", SPF_MX, '+', "", 32, 128 },
	{ "?mx:%{d2}//48", SPF_MX, '?', "%{d2}", 32, 48 },
	{ "ptr", SPF_PTR, '+', "", 32, 128 },
	{ "ptr:x.test", SPF_PTR, '+', "x.test", 32, 128 },
	{ "exists:%{i}._x.%{d}", SPF_EXISTS, '+', "%{i}._x.%{d}", 32, 128 },
	{ "exists:x.%%", SPF_EXISTS, '+', "x.%%", 32, 128 },
	{ "redirect=x.test", SPF_REDIRECT, '+', "x.test", 32, 128 },
	{ "REDIRECT=x.test", SPF_REDIRECT, '+', "x.test", 32, 128 },
	{ "exp=x.test", SPF_EXP, '+', "x.test", 32, 128 },
	{ "default=deny", SPF_UNKNOWN, '+', "", 32, 128 },
	{ "a.b-c_d=%{l}", SPF_UNKNOWN, '+', "", 32, 128 },
	{ "x=", SPF_UNKNOWN, '+', "", 32, 128 },
	{ "include=x", SPF_UNKNOWN, '+', "", 32, 128 },
};

static void
reads_terms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(terms); i++) {
		struct spf_term term = term_of(terms[i].text);

		assert_row(i, term.kind == terms[i].kind);
		assert_row(i, term.qualifier == terms[i].qualifier);
		assert_row(i, str_eq(term.domain, str_of(terms[i].domain)));
		assert_row(i, str_eq(term.text, str_of(terms[i].text)));
		assert_row(i, term.prefix4 == terms[i].prefix4);
		assert_row(i, term.prefix6 == terms[i].prefix6);
	}
}

static const struct {
	const char *text;
	enum ip_family family;
	const char *addr;
	unsigned prefix;
} networks[] = {
	{ "ip4:192.0.2.1", IP_V4, "192.0.2.1", 32 },
	{ "ip4:192.0.2.0/24", IP_V4, "192.0.2.0", 24 },
	{ "ip4:0.0.0.0/0", IP_V4, "0.0.0.0", 0 },
	{ "ip6:2001:db8::/32", IP_V6, "2001:db8::", 32 },
	{ "ip6:::1", IP_V6, "::1", 128 },
	{ "IP6:2001:DB8::1/0", IP_V6, "2001:db8::1", 0 },
	/* Never for IPv4 clients, whatever it looks like. */
	{ "ip6:::ffff:192.0.2.1", IP_V6, NULL, 128 },
	{ "ip6:::ffff:192.0.2.0/120", IP_V6, NULL, 120 },
};

static void
reads_networks(void **state)
{
	char text[IP_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		struct spf_term term = term_of(networks[i].text);

		assert_row(i, term.net.addr.family == networks[i].family);
		assert_row(i, term.net.prefix == networks[i].prefix);
		if (networks[i].addr != NULL)
			assert_string_equal(
				ipaddr_text(&term.net.addr, text),
				networks[i].addr);
	}
}

static const struct str errors[] = {
	STR("al"), STR("all:x"), STR("all/8"), STR("all."), STR("-"),
	STR("--all"), STR("include"), STR("include:"), STR("include:x"),
	STR("include:x.test/24"), STR("include:1.2.3.4"), STR("a:"),
	STR("a:x"), STR("a:.test.."), STR("a/33"), STR("a/024"),
	STR("a/-1"), STR("a//129"), STR("a/24/64"), STR("a//64/24"),
	STR("a:%{x}"), STR("a:%{c}.test"), STR("a:%{r}.test"),
	STR("a:%{t}.test"), STR("a:%{d0}"), STR("a:%{d"), STR("a:%"),
	STR("a:%x.test"), STR("a:%{d}x"), STR("a:x.123"), STR("a:x.-t"),
	STR("a:x.t-"), STR("a:ex\xc3\xa4mple.test"), STR("a:x\x01.test"),
	STR("a:x\0.test"), STR("a:x\x7f.test"), STR("ip4"), STR("ip4:"),
	STR("ip4:1.2.3"), STR("ip4:1.2.3.4/33"), STR("ip4:1.2.3.4/08"),
	STR("ip4:1.2.3.4/"), STR("ip4:1.2.3.4//32"), STR("ip4:01.2.3.4"),
	STR("ip4:::1"), STR("ip4:1.2.3.4\0"), STR("ip6"), STR("ip6:1.2.3.4"),
	STR("ip6:::1/129"), STR("ip6:::1//64"), STR("ip6:::g"),
	STR("exists"), STR("exists:"), STR("exists:x"), STR("ptr:"),
	STR("ptr/24"), STR("mx:"), STR("mx/"), STR("redirect="),
	STR("redirect=x"), STR("exp="), STR("exp=x"), STR("-exp=x.test"),
	STR("+x=y"), STR("x=%"), STR("x=%{d"), STR("1x=y"), STR("=y"),
	STR("x=\xc3\xa4"), STR("v=spf1\t"), STR("\t"), STR("a\tb"),
	STR("x:y"), STR("a=b=c%"),
};

static void
finds_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		struct spf_reader reader = { .rest = errors[i] };
		struct spf_term term;

		assert_row(i, spf_record_next(&reader, &term) < 0);
		assert_row(i, reader.error != NULL);
	}
}

static void
reads_on(void **state)
{
	struct spf_reader reader = spf_record_open(
		STR("v=spf1   a  mx ip4:192.0.2.1   -all  "));
	struct spf_term term;
	size_t count = 0;

	(void)state;
	while (spf_record_next(&reader, &term) > 0)
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(term.text.n, 0);
	reader = spf_record_open(STR("v=spf1"));
	assert_int_equal(spf_record_next(&reader, &term), 0);
}

/* redirect and exp are refused the second time, others may come again. */
static void
modifiers_once(void **state)
{
	static const struct {
		const char *text;
		int last;
	} rows[] = {
		{ "exp=x.test exp=x.test", ERR_SYNTAX },
		{ "redirect=x.test redirect=x.test", ERR_SYNTAX },
		{ "redirect=x.test exp=x.test", 1 },
		{ "x=y x=y", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spf_reader reader = { .rest = str_of(rows[i].text) };
		struct spf_term term;

		assert_row(i, spf_record_next(&reader, &term) == 1);
		assert_row(i, spf_record_next(&reader, &term) ==
			rows[i].last);
	}
}

static void
knows_what_asks(void **state)
{
	(void)state;
	for (int kind = SPF_ALL; kind <= SPF_UNKNOWN; kind++)
		assert_int_equal(spf_kind_asks((enum spf_kind)kind),
			kind == SPF_INCLUDE || kind == SPF_A ||
			kind == SPF_MX || kind == SPF_PTR ||
			kind == SPF_EXISTS || kind == SPF_REDIRECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_by_version),
		cmocka_unit_test(reads_terms),
		cmocka_unit_test(reads_networks),
		cmocka_unit_test(finds_errors),
		cmocka_unit_test(reads_on),
		cmocka_unit_test(modifiers_once),
		cmocka_unit_test(knows_what_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
