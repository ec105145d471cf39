/* Sentences with placeholders. */
#include "unit/spf/fixture.h"

#include "spf/phrase.h"

static struct arena *arena;

static const struct {
	const char *phrase, *bad; /* NULL: it is valid */
} phrases[] = {
	{ "", NULL },
	{ "plain", NULL },
	{ "{result}{domain}{sender}{client}{helo}{receiver}{reason}"
	  "{explanation}", NULL },
	{ "100 % } ok", NULL },
	{ "a {nobody} b", "{nobody} b" },
	{ "a {Result}", "{Result}" },
	{ "{result} {", "{" },
	{ "{}", "{}" },
	{ "{result", "{result" },
	{ "{{result}}", "{{result}}" },
};

static void
knows_placeholders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(phrases); i++) {
		struct str bad = { NULL, 0 };
		bool valid = phrase_valid(str_of(phrases[i].phrase), &bad);

		assert_row(i, valid == (phrases[i].bad == NULL));
		if (!valid)
			assert_str(bad, phrases[i].bad);
	}
}

#define FAIL .result = AUTH_FAIL, .domain = STR("x.test"), \
	.sender = STR("a@x.test")

static const struct {
	const char *phrase;
	struct spf_answer answer;
	const char *wanted;
} fills[] = {
	{ "[SPF:{result}]", { FAIL }, "[SPF:fail]" },
	{ "{sender} {domain} {client} {helo} {receiver} {reason}.", { FAIL },
		"a@x.test x.test 192.0.2.1 h?b mx.test ." },
	{ "{explanation}", { FAIL }, "x.test does not permit 192.0.2.1" },
	{ "{explanation}", { FAIL, .explanation = STR("see a\r\n250 b") },
		"the domain x.test explains: see a\?\?250 b" },
	{ "{explanation}", { .result = AUTH_TEMPERROR,
		.domain = STR("x.test"), .reason = STR("TIMEOUT") },
		"x.test could not be checked for 192.0.2.1: TIMEOUT" },
	{ "{explanation}", { .result = AUTH_NONE },
		"the sender has no SPF record for 192.0.2.1" },
	{ "{domain}", { .domain = STR("{result}") }, "{result}" },
};

static void
fills_in(void **state)
{
	const struct spf_query query = { .client = ip("192.0.2.1"),
		.helo = STR("h b"), .receiver = STR("mx.test") };

	(void)state;
	for (size_t i = 0; i < COUNT(fills); i++)
		assert_str(phrase_fill(arena, str_of(fills[i].phrase), &query,
			&fills[i].answer), fills[i].wanted);
}

static void
values_are_bounded(void **state)
{
	static char text[70000];
	const struct spf_query query = { .helo = { text, sizeof(text) } };
	const struct spf_answer answer = { .sender = { text, sizeof(text) } };
	struct str got;

	(void)state;
	memset(text, '\n', sizeof(text));
	got = phrase_fill(arena, STR("{helo} {sender}"), &query, &answer);
	assert_int_equal(got.n, 2 * PHRASE_VALUE_MAX + 1);
	for (size_t i = 0; i < got.n; i++)
		assert_true(got.p[i] >= ' ' && got.p[i] <= '~');
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
		cmocka_unit_test(knows_placeholders),
		cmocka_unit_test(fills_in),
		cmocka_unit_test(values_are_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
