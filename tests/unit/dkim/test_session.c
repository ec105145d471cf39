#include "dkim/session.h"
#include "filter/common.h"
#include "unit/dkim/support.h"

static struct test_key rsa;
static struct common common;
static struct dns *dns;

static int
setup(void **state)
{
	char path[64];
	FILE *f = test_file(path);

	(void)state;
	rsa = test_rsa(2048);
	zone_key(f, "s1._domainkey.example.com.", "v=DKIM1; ",
		rsa.public_key);
	fputs("; fault slow._domainkey.example.com. TIMEOUT\n", f);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dns_close(dns);
	test_key_free(&rsa);
	return 0;
}

static const void *
load(struct arena *arena, const char *text)
{
	const struct conf_section *sections[] = { dkim_filter.section, NULL };
	struct conf_source source = { NULL, NULL, NULL };
	struct conf_errors errors = { .arena = arena };
	struct load load = { .arena = arena, .errors = &errors };
	struct conf *conf = NULL;
	const void *settings = NULL;
	char path[64];
	FILE *f = test_file(path);

	fprintf(f, "[dkim]\n%s\n", text);
	fclose(f);
	source.path = path;
	assert_int_equal(0,
		conf_load(arena, &source, sections, &errors, &conf));
	unlink(path);
	load.conf = conf;
	assert_int_equal(0, dkim_filter.load(&load, &settings));
	return settings;
}

/* The verdict at the end; *body is the one of the body. */
static enum verdict
run(struct message *message, const void *settings, struct str text,
	enum verdict *body)
{
	struct str rest = split_message(message->arena, text,
		&message->headers);
	void *session = dkim_filter.begin(message, settings);

	assert_non_null(session);
	assert_int_equal(VERDICT_CONTINUE, dkim_filter.headers(session));
	*body = dkim_filter.body(session, rest);
	return dkim_filter.end(session);
}

static struct message
new_message(struct arena *arena)
{
	return (struct message){
		.arena = arena,
		.common = &common,
		.dns = { .dns = dns, .arena = arena, .budget = 200 },
	};
}

#define UNSIGNED "From: ann@example.com\r\n\r\nhello\r\n"

static void
test_unsigned(void **state)
{
	struct arena *arena = arena_new(0);
	struct message message = new_message(arena);
	enum verdict body;

	(void)state;
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, load(arena, ""), STR(UNSIGNED), &body));
	assert_int_equal(VERDICT_SKIP, body);
	assert_true(message.results.dkim.known);
	assert_int_equal(0, message.results.dkim.count);
	arena_free(arena);
}

static void
test_signed(void **state)
{
	struct arena *arena = arena_new(0);
	struct message message = new_message(arena);
	struct str text = dkimpy_sign(arena, &rsa,
		"s1 example.com relaxed/relaxed rsa-sha256", STR(UNSIGNED));
	enum verdict body;

	(void)state;
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, load(arena, ""), text, &body));
	assert_int_equal(VERDICT_CONTINUE, body);
	assert_int_equal(1, message.results.dkim.count);
	assert_int_equal(AUTH_PASS, message.results.dkim.sigs[0].result);
	assert_int_equal(0, message.edits.count);
	arena_free(arena);
}

/* A key that is not to be had: as configured, unless another one passes. */
static void
test_temperror(void **state)
{
	struct arena *arena = arena_new(0);
	struct str slow = dkimpy_sign(arena, &rsa,
		"slow example.com relaxed/relaxed rsa-sha256", STR(UNSIGNED));
	struct str both = dkimpy_sign(
		arena, &rsa, "s1 example.com relaxed/relaxed rsa-sha256", slow);
	struct message message = new_message(arena);
	enum verdict body;

	(void)state;
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, load(arena, ""), slow, &body));
	assert_int_equal(
		AUTH_TEMPERROR, message.results.dkim.sigs[0].result);
	message = new_message(arena);
	assert_int_equal(VERDICT_TEMPFAIL,
		run(&message, load(arena, "on-temperror = defer"), slow,
			&body));
	assert_string_equal("451", message.reply.code);
	message = new_message(arena);
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, load(arena, "on-temperror = defer"), both,
			&body));
	assert_int_equal(2, message.results.dkim.count);
	arena_free(arena);
}

/* Each result with its action; a dry run only says what it would do. */
static void
test_actions(void **state)
{
	static const struct {
		const char *conf;
		const char *selector; /* NULL: not signed */
		enum verdict verdict;
		const char *code;
	} rows[] = {
		{ "on-none = reject", NULL, VERDICT_REJECT, "550" },
		{ "on-none = defer", NULL, VERDICT_TEMPFAIL, "451" },
		{ "on-fail = reject", NULL, VERDICT_CONTINUE, NULL },
		{ "on-none = reject", "s1", VERDICT_CONTINUE, NULL },
		{ "on-permerror = reject", "nokey", VERDICT_REJECT, "550" },
		{ "minimum-key-bits = 4096\non-policy = reject", "s1",
			VERDICT_REJECT, "550" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		struct arena *arena = arena_new(0);
		struct message message = new_message(arena);
		struct str text = STR(UNSIGNED);
		char arguments[128];
		enum verdict verdict, body;

		snprintf(arguments, sizeof(arguments),
			"%s example.com relaxed/relaxed rsa-sha256",
			rows[i / 2].selector);
		if (rows[i / 2].selector != NULL)
			text = dkimpy_sign(arena, &rsa, arguments, text);
		common.dry_run = i % 2 == 1;
		verdict = run(&message, load(arena, rows[i / 2].conf), text,
			&body);
		assert_int_equal(common.dry_run ? VERDICT_CONTINUE :
						  rows[i / 2].verdict,
			verdict);
		if (!common.dry_run && rows[i / 2].code != NULL)
			assert_string_equal(
				rows[i / 2].code, message.reply.code);
		assert_int_equal(
			common.dry_run && rows[i / 2].code != NULL,
			message.results.dkim.override.n > 0);
		arena_free(arena);
	}
	common.dry_run = false;
}

static void
test_options(void **state)
{
	struct arena *arena = arena_new(0);
	struct message message = new_message(arena);
	struct str text = dkimpy_sign(arena, &rsa,
		"s1 example.com relaxed/relaxed rsa-sha256", STR(UNSIGNED));
	enum verdict body;

	(void)state;
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, load(arena, "minimum-key-bits = 4096"), text,
			&body));
	assert_int_equal(AUTH_POLICY, message.results.dkim.sigs[0].result);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_temperror),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
