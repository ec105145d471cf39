/* Macro strings: grammar and expansion (RFC 7208 section 7). */
#include "unit/spf/fixture.h"

#include "spf/macro.h"

static struct arena *arena;
static unsigned asked; /* how often %{p} was */

static struct str
client_name(void *arg, struct str domain)
{
	(void)arg;
	(void)domain;
	asked++;
	return STR("mx.example.org");
}

/* Of the examples in section 7.4. */
static struct macro_values
values(const char *client)
{
	return (struct macro_values){
		.sender = STR("strong-bad@email.example.com"),
		.local = STR("strong-bad"),
		.sender_domain = STR("email.example.com"),
		.domain = STR("email.example.com"),
		.client = ip(client),
		.helo = STR("mail+1.example.org"),
		.receiver = STR("mx.test"),
		.now = 1700000000,
		.client_name = client_name,
	};
}

static const struct {
	const char *client, *spec, *wanted; /* NULL: a syntax error */
} domains[] = {
	{ "192.0.2.3", "%{s}", "strong-bad@email.example.com" },
	{ "192.0.2.3", "%{o}", "email.example.com" },
	{ "192.0.2.3", "%{d}", "email.example.com" },
	{ "192.0.2.3", "%{d4}", "email.example.com" },
	{ "192.0.2.3", "%{d3}", "email.example.com" },
	{ "192.0.2.3", "%{d2}", "example.com" },
	{ "192.0.2.3", "%{d1}", "com" },
	{ "192.0.2.3", "%{dr}", "com.example.email" },
	{ "192.0.2.3", "%{d2r}", "example.email" },
	{ "192.0.2.3", "%{D2R}", "example.email" },
	{ "192.0.2.3", "%{d999999999999}", "email.example.com" },
	{ "192.0.2.3", "%{l}", "strong-bad" },
	{ "192.0.2.3", "%{l-}", "strong.bad" },
	{ "192.0.2.3", "%{lr}", "strong-bad" },
	{ "192.0.2.3", "%{lr-}", "bad.strong" },
	{ "192.0.2.3", "%{l1r-}", "strong" },
	{ "192.0.2.3", "%{ir}.%{v}._spf.%{d2}",
		"3.2.0.192.in-addr._spf.example.com" },
	{ "192.0.2.3", "%{lr-}.lp._spf.%{d2}",
		"bad.strong.lp._spf.example.com" },
	{ "192.0.2.3", "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
		"bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
	{ "192.0.2.3", "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
		"3.2.0.192.in-addr.strong.lp._spf.example.com" },
	{ "192.0.2.3", "%{d2}.trusted-domains.example.net",
		"example.com.trusted-domains.example.net" },
	{ "2001:db8::cb01", "%{ir}.%{v}._spf.%{d2}",
		"1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0."
		"1.0.0.2.ip6._spf.example.com" },
	{ "192.0.2.3", "%{h+}.x", "mail.1.example.org.x" },
	{ "192.0.2.3", "%{H}.x", "mail%2B1.example.org.x" },
	{ "192.0.2.3", "%{p}.x", "mx.example.org.x" },
	{ "192.0.2.3", "%{S}.x", "strong-bad%40email.example.com.x" },
	{ "192.0.2.3", "%{s@}", NULL }, /* no delimiter */
	{ "192.0.2.3", "x%%y%_z%-.test", "x%y z%20.test" },
	{ "192.0.2.3", "x.test.", "x.test" },
	{ "192.0.2.3", "%{i.}", "192.0.2.3" },
	{ "192.0.2.3", "%{d.-+,/_=}", "email.example.com" },
	{ "192.0.2.3", "%{d0}", NULL },
	{ "192.0.2.3", "%{d00}", NULL },
	{ "192.0.2.3", "%{dr2}", NULL },
	{ "192.0.2.3", "%{}", NULL },
	{ "192.0.2.3", "%{c}", NULL },
	{ "192.0.2.3", "%{d", NULL },
	{ "192.0.2.3", "%", NULL },
	{ "192.0.2.3", "%d", NULL },
	{ "192.0.2.3", "a b", NULL },
};

static void
expands_domains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(domains); i++) {
		struct macro_values v = values(domains[i].client);
		struct str got = { NULL, 0 };
		int rc = macro_domain(arena, str_of(domains[i].spec), &v,
			&got);

		if (domains[i].wanted == NULL)
			assert_row(i, rc == ERR_SYNTAX);
		else if (rc != 0 || !str_eq(got, str_of(domains[i].wanted)))
			fail_msg("%s: %.*s", domains[i].spec, STR_ARG(got));
	}
}

static const struct {
	const char *client, *text, *wanted;
} texts[] = {
	{ "192.0.2.3", "%{i} is not one of %{d}'s mail servers.",
		"192.0.2.3 is not one of email.example.com's mail servers." },
	{ "192.0.2.3", "%{c}", "192.0.2.3" },
	{ "2001:db8::1", "%{c} %{C}", "2001:db8::1 2001%3Adb8%3A%3A1" },
	{ "192.0.2.3", "%{t} %{r}", "1700000000 mx.test" },
	{ "192.0.2.3", "See http://x.test/?s=%{S}&i=%{I}",
		"See http://x.test/?s=strong-bad%40email.example.com"
		"&i=192.0.2.3" },
	{ "192.0.2.3", "", "" },
	{ "192.0.2.3", "100%", NULL },
	{ "192.0.2.3", "caf\xc3\xa9", NULL },
	{ "192.0.2.3", "two\nlines", NULL },
};

static void
expands_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct macro_values v = values(texts[i].client);
		struct str got = { NULL, 0 };
		int rc = macro_text(arena, str_of(texts[i].text), &v, &got);

		if (texts[i].wanted == NULL)
			assert_row(i, rc == ERR_SYNTAX);
		else if (rc != 0 || !str_eq(got, str_of(texts[i].wanted)))
			fail_msg("%s: %.*s", texts[i].text, STR_ARG(got));
	}
}

/* What a stranger said never comes out as a control or 8-bit byte. */
static void
text_is_printable(void **state)
{
	struct macro_values v = values("192.0.2.3");
	struct str got;

	(void)state;
	v.local = STR("a\r\n250 ok\0\x7f\xff");
	assert_int_equal(macro_text(arena, STR("<%{l}>"), &v, &got), 0);
	assert_str(got, "<a\?\?250 ok\?\?\?>");
}

static void
domain_is_cut_at_labels(void **state)
{
	struct macro_values v = values("192.0.2.3");
	char domain[256], spec[64];
	struct str got;

	(void)state;
	memset(domain, 'x', sizeof(domain));
	for (size_t i = 4; i < 250; i += 5)
		domain[i] = '.';
	v.domain = (struct str){ domain, 250 };
	strcpy(spec, "%{d}.abc.test");
	assert_int_equal(macro_domain(arena, str_of(spec), &v, &got), 0);
	assert_true(got.n <= 253 && got.n > 253 - 6);
	assert_true(str_iends(got, STR(".abc.test")));
	assert_true(str_istarts(got, STR("xxxx.xxxx.")));
	/* One label cannot be cut; it is no name then. */
	memset(domain, 'x', sizeof(domain));
	v.domain = (struct str){ domain, 255 };
	assert_int_equal(macro_domain(arena, STR("%{d}"), &v, &got), 0);
	assert_int_equal(got.n, 255);
}

/* A record full of macros costs no memory. */
static void
long_specs_are_cheap(void **state)
{
	struct macro_values v = values("192.0.2.3");
	struct arena *small = arena_new(64 * 1024);
	static char spec[65000], sender[255];
	struct str got;

	(void)state;
	memset(sender, '-', sizeof(sender));
	v.local = (struct str){ sender, sizeof(sender) };
	for (size_t i = 0; i + 5 <= sizeof(spec); i += 5)
		memcpy(spec + i, "%{L-}", 5);
	assert_int_equal(macro_domain(small,
		(struct str){ spec, sizeof(spec) }, &v, &got), 0);
	assert_int_equal(macro_text(small,
		(struct str){ spec, sizeof(spec) }, &v, &got), 0);
	assert_int_equal(got.n, MACRO_TEXT_MAX);
	arena_free(small);
}

static void
asks_for_the_name_only_for_p(void **state)
{
	struct macro_values v = values("192.0.2.3");
	struct str got;

	(void)state;
	asked = 0;
	assert_int_equal(macro_domain(arena, STR("%{d}.%{l}"), &v, &got), 0);
	assert_int_equal(asked, 0);
	assert_int_equal(macro_domain(arena, STR("%{p}.%{P}"), &v, &got), 0);
	assert_int_equal(asked, 2);
}

static const struct {
	const char *text;
	bool valid;
} specs[] = {
	{ "x.test", true }, { "x.test.", true }, { "%{d}", true },
	{ "x%%", true }, { "x%-", true }, { "x.%{d}.y", true },
	{ "_x.xn--abc", true }, { "a.b-c", true }, { "x.a1", true },
	{ "!$.test", true }, { "..test", true },
	{ "", false }, { "test", false }, { ".", false }, { "x..", false },
	{ "x.1", false }, { "x.-a", false }, { "x.a_b", false },
	{ "%{d}x", false }, { "%{d}.", false }, { "x.test%", false },
};

static void
knows_domain_specs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(specs); i++)
		assert_row(i, macro_valid_domain(str_of(specs[i].text)) ==
			specs[i].valid);
	assert_true(macro_valid(STR(""), MACRO_DOMAIN));
	assert_false(macro_valid(STR("a b"), MACRO_DOMAIN));
	assert_true(macro_valid(STR("a b %{t}"), MACRO_TEXT));
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands_domains),
		cmocka_unit_test(expands_texts),
		cmocka_unit_test(text_is_printable),
		cmocka_unit_test(domain_is_cut_at_labels),
		cmocka_unit_test(long_specs_are_cheap),
		cmocka_unit_test(asks_for_the_name_only_for_p),
		cmocka_unit_test(knows_domain_specs),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
