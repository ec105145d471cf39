/* The Received-SPF field. */
#include "unit/spf/fixture.h"

#include "spf/received.h"

static struct arena *arena;

static struct str
received(const struct spf_query *query, const struct spf_answer *answer)
{
	struct str value = spf_received(arena, query, answer);

	assert_non_null(value.p);
	return value;
}

static const struct {
	struct spf_query query;
	struct spf_answer answer;
	const char *wanted;
} rows[] = {
	{ { .identity = SPF_MAIL_FROM, .helo = STR("mail.x.test"),
		.sender = STR("a@x.test"), .receiver = STR("mx.test"),
		.client = { IP_V4, { 192, 0, 2, 1 } } },
	  { .result = AUTH_PASS, .domain = STR("x.test"),
		.mechanism = STR("ip4:192.0.2.0/24") },
	  "pass (mx.test: x.test permits 192.0.2.1) receiver=\"mx.test\";\n"
	  "\tidentity=mailfrom; client-ip=\"192.0.2.1\";"
	  " helo=\"mail.x.test\";\n"
	  "\tenvelope-from=\"a@x.test\"; mechanism=\"ip4:192.0.2.0/24\";" },
	{ { .identity = SPF_HELO, .helo = STR("mail.x.test"),
		.client = { IP_V6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } } },
	  { .result = AUTH_SOFTFAIL, .domain = STR("mail.x.test") },
	  "softfail (mail.x.test probably does not permit 2001:db8::1)\n"
	  "\tidentity=helo; client-ip=\"2001:db8::1\";"
	  " helo=\"mail.x.test\";" },
	/* The null sender; a client without an address. */
	{ { .identity = SPF_MAIL_FROM },
	  { .result = AUTH_NONE, .reason = STR("there is no domain") },
	  "none (the sender has no SPF record for this client)\n"
	  "\tidentity=mailfrom; envelope-from=\"<>\";"
	  " problem=\"there is no domain\";" },
};

static void
writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(received(&rows[i].query, &rows[i].answer),
			rows[i].wanted);
}

/* Every word of a stranger, with all bytes there are. */
static void
is_harmless(void **state)
{
	static char text[2000];
	struct spf_query query = { .client = { IP_V4, { 1, 2, 3, 4 } } };
	struct spf_answer answer = { .result = AUTH_FAIL };
	struct str got;
	unsigned quotes = 0;
	size_t line = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	query.helo = query.sender = query.receiver =
		(struct str){ text, sizeof(text) };
	answer.domain = answer.mechanism = answer.reason = query.helo;
	got = received(&query, &answer);
	for (size_t i = 0; i < got.n; i++) {
		char c = got.p[i];

		line = c == '\n' ? 0 : line + 1;
		assert_true(line < 998);
		assert_true((c >= ' ' && c <= '~') || c == '\n' || c == '\t');
		/* A line end is a fold of ours. */
		assert_true(c != '\n' || got.p[i + 1] == '\t');
		if (c == '\\')
			i++;
		else if (c == '"')
			quotes++;
	}
	assert_int_equal(quotes % 2, 0);
}

static void
cannot_leave_its_quotes(void **state)
{
	const struct spf_query query = { .helo = STR("a\";b=\"c\\"),
		.sender = STR("\"x; client-ip=1.2.3.4; y\"@z") };
	const struct spf_answer answer = { .result = AUTH_FAIL,
		.domain = STR("a) pass (") };

	(void)state;
	assert_str(received(&query, &answer),
		"fail (a??pass?? does not permit this client)"
		" identity=mailfrom;\n"
		"\thelo=\"a\\\";b=\\\"c\\\\\";"
		" envelope-from=\"\\\"x; client-ip=1.2.3.4; y\\\"@z\";");
}

static void
no_memory(void **state)
{
	const struct spf_query query = { .helo = STR("mail.x.test") };
	const struct spf_answer answer = { .result = AUTH_FAIL };
	struct arena *small = arena_new(64);

	(void)state;
	assert_null(spf_received(small, &query, &answer).p);
	arena_free(small);
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
		cmocka_unit_test(writes),
		cmocka_unit_test(is_harmless),
		cmocka_unit_test(cannot_leave_its_quotes),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
