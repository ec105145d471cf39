#include "unit/base/check.h"

#include "pipeline/summary.h"

static struct connection connection;
static struct arena *arena;
static struct message m;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	connection = (struct connection){ .helo = STR("h.example") };
	assert_true(ipaddr_parse(STR("192.0.2.1"), &connection.client));
	m = (struct message){ .arena = arena, .connection = &connection,
		.mail_from = STR("u@d.example") };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* "key=value key=value" */
static const char *
summary(enum verdict verdict)
{
	struct log_field fields[LOG_FIELDS_MAX];
	size_t count = summary_fields(&m, verdict, fields);
	struct arena *scratch = arena_new(0);
	static char text[4000];
	struct strbuf sb = sb_new(scratch);

	for (size_t i = 0; i < count; i++)
		sb_addf(&sb, "%s%s=%.*s", i > 0 ? " " : "", fields[i].key,
			STR_ARG(fields[i].value));
	snprintf(text, sizeof(text), "%s", sb_done(&sb).p);
	arena_free(scratch);
	return text;
}

/* Does the summary of an accepted message have these fields, in a row? */
static void
assert_has(const char *fields)
{
	const char *text = summary(VERDICT_CONTINUE);

	if (strstr(text, fields) == NULL)
		fail_msg("no \"%s\" in \"%s\"", fields, text);
}

static void
nothing_known(void **state)
{
	(void)state;
	assert_string_equal(summary(VERDICT_CONTINUE), "client=192.0.2.1 "
		"helo=h.example mail-from=u@d.example verdict=accept");
	m.mail_from = STR("");
	m.auth_user = STR("joe");
	connection = (struct connection){ .client = { IP_NONE, "" } };
	assert_string_equal(summary(VERDICT_CONTINUE),
		"client=- mail-from=<> auth=joe verdict=accept");
}

static void
verdicts(void **state)
{
	(void)state;
	m.reply = (struct reply){ "550", "5.7.1", "no" };
	assert_non_null(strstr(summary(VERDICT_REJECT),
		" verdict=reject reply=no"));
	m.reply.text = NULL;
	assert_true(str_iends(str_of(summary(VERDICT_TEMPFAIL)),
		STR(" verdict=defer")));
	m.refused_recipients = 3;
	assert_has("refused-recipients=3");
}

static void
spf(void **state)
{
	(void)state;
	m.results.spf = (struct spf_results){ .known = true,
		.mail_from = AUTH_FAIL, .mail_from_domain = STR("d.example"),
		.reason = STR("why") };
	assert_has("spf=fail spf-domain=d.example spf-reason=why");
	m.results.spf.helo_known = true;
	m.results.spf.helo = AUTH_PASS;
	assert_has("spf=fail spf-domain=d.example spf-helo=pass");
}

static void
dkim(void **state)
{
	struct dkim_result sigs[] = {
		{ .result = AUTH_PASS, .domain = STR("a.example"),
			.selector = STR("s1"), .dnssec = true },
		{ .result = AUTH_FAIL, .domain = STR("b.example"),
			.selector = STR("s2"), .reason = STR("why") },
	};

	(void)state;
	m.results.dkim.known = true;
	assert_has(" dkim=none ");
	m.results.dkim = (struct dkim_results){ .known = true,
		.sigs = sigs, .count = 2 };
	assert_has(" dkim=pass:a.example/s1/dnssec,fail:b.example/s2 verdict");
	m.results.dkim = (struct dkim_results){ .known = true,
		.sigs = sigs + 1, .count = 1 };
	assert_has(" dkim=fail:b.example/s2 dkim-reason=why ");
}

static void
dmarc(void **state)
{
	(void)state;
	m.results.dmarc = (struct dmarc_results){ .known = true,
		.result = AUTH_FAIL, .author_domain = STR("f.example"),
		.policy_domain = STR("example"), .reason = STR("why") };
	assert_has("dmarc=fail from=f.example policy-domain=example ");
	m.results.dmarc.has_policy = true;
	m.results.dmarc.policy = DMARC_POLICY_REJECT;
	m.results.dmarc.applied = DMARC_POLICY_QUARANTINE;
	assert_has(" policy=reject applied=quarantine");
	assert_has(" dmarc-reason=why");
}

static void
sign(void **state)
{
	(void)state;
	m.results.sign = (struct sign_results){ .known = true,
		.reason = STR("no From") };
	assert_has(" signed=no sign-reason=no From");
	m.results.sign = (struct sign_results){ .known = true, .signed_ = true,
		.domain = STR("d.example"), .selector = STR("s") };
	assert_has(" signed=yes sign-domain=d.example sign-selector=s");
}

/* Fewer fields, and no crash; it is only the log. */
static void
without_memory(void **state)
{
	struct dkim_result sig = { .result = AUTH_PASS };
	struct log_field fields[LOG_FIELDS_MAX];

	(void)state;
	m.results.dkim = (struct dkim_results){ .known = true,
		.sigs = &sig, .count = 1 };
	m.refused_recipients = 1;
	for (size_t limit = 1; limit < 500; limit++) {
		m.arena = arena_new(limit);
		assert_in_range(summary_fields(&m, VERDICT_CONTINUE, fields),
			3, 7);
		arena_free(m.arena);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_known),
		TEST(verdicts),
		TEST(spf),
		TEST(dkim),
		TEST(dmarc),
		TEST(sign),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
