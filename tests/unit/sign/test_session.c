#include "sign/session.h"
#include "unit/sign/support.h"

static struct test_key rsa;
static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	rsa = test_rsa(2048);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_key_free(&rsa);
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Load a [sign] section; %s in it is the key's path. */
static int
load(const char *text, const void **settings, struct conf_errors *errors)
{
	const struct conf_section *sections[] = { sign_filter.section, NULL };
	struct conf_source source = { NULL, NULL, NULL };
	struct load load = { .arena = arena, .errors = errors };
	struct conf *conf = NULL;
	char path[64];
	FILE *f = test_file(path);

	*errors = (struct conf_errors){ .arena = arena };
	fprintf(f, "[sign]\n");
	fprintf(f, text, rsa.path, rsa.path);
	fclose(f);
	source.path = path;
	assert_int_equal(0,
		conf_load(arena, &source, sections, errors, &conf));
	unlink(path);
	load.conf = conf;
	return sign_filter.load(&load, settings);
}

static const char good[] = "domain = Example.com\nselector = s1\nkey = %s\n";

static const void *
settings_of(const char *more)
{
	char text[256];
	struct conf_errors errors;
	const void *settings = NULL;

	snprintf(text, sizeof(text), "%s%s\n", good, more);
	assert_int_equal(0, load(text, &settings, &errors));
	return settings;
}

static enum verdict
run(struct message *message, const void *settings, struct str text)
{
	struct str body = split_message(arena, text, &message->headers);
	void *session = sign_filter.begin(message, settings);

	assert_non_null(session);
	assert_int_equal(VERDICT_CONTINUE, sign_filter.headers(session));
	sign_filter.body(session, body);
	return sign_filter.end(session);
}

struct row {
	const char *from; /* header fields */
	bool subdomains;
	const char *reason; /* NULL: signed */
};

static const struct row rows[] = {
	{ "From: ann@example.com\r\n", false, NULL },
	{ "From: Ann <ann@EXAMPLE.COM>\r\n", false, NULL },
	{ "From: ann@example.com,\r\n bob@example.com\r\n", false, NULL },
	{ "From: ann@sub.example.com\r\n", true, NULL },
	{ "From: ann@example.com\r\n", true, NULL },
	{ "From: ann@sub.example.com\r\n", false, "From is not in our domain" },
	{ "From: ann@badexample.com\r\n", true, "From is not in our domain" },
	{ "From: ann@example.net\r\n", false, "From is not in our domain" },
	{ "From: \"ann@example.com\" <x@example.net>\r\n", false,
		"From is not in our domain" },
	{ "From: ann@example.com, x@example.net\r\n", false,
		"From has authors of several domains" },
	{ "From: a@a.example.com, x@b.example.com\r\n", true,
		"From has authors of several domains" },
	{ "From: ann@example.com\r\nFrom: ann@example.com\r\n", false,
		"more than one From" },
	{ "From: ann@example.com\r\nFROM : eve@example.net\r\n", false,
		"more than one From" },
	{ "From : ann@example.com\r\n", false, "no From" },
	{ "Subject: x\r\n", false, "no From" },
	{ "From: ann@@example.com <\r\n", false, "From cannot be parsed" },
};

static void
test_authors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message message = { .arena = arena };
		const struct sign_results *r = &message.results.sign;
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, rows[i].from);
		sb_addz(&sb, "\r\nbody\r\n");
		assert_int_equal(VERDICT_CONTINUE,
			run(&message,
				settings_of(rows[i].subdomains ?
						"subdomains = yes" :
						""),
				sb_done(&sb)));
		assert_true(r->known);
		assert_str(r->reason,
			rows[i].reason != NULL ? rows[i].reason : "");
		assert_int_equal(rows[i].reason == NULL, r->signed_);
		assert_int_equal(r->signed_ ? 1 : 0, message.edits.count);
		if (!r->signed_)
			continue;
		assert_str(r->domain, "example.com");
		assert_str(r->selector, "s1");
		assert_int_equal(EDIT_ADD, message.edits.list[0].kind);
		assert_str(message.edits.list[0].name, "DKIM-Signature");
	}
}

/* What cannot be signed goes on unsigned, and it is said. */
static void
test_unsignable(void **state)
{
	struct message message = { .arena = arena };

	(void)state;
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, settings_of(""),
			STR("From: ann@example.com\r\n\r\na\rb\r\n")));
	assert_false(message.results.sign.signed_);
	assert_str(message.results.sign.reason,
		"the body has a bare CR or LF");
	assert_int_equal(0, message.edits.count);
}

/* Out of memory it does not go out unsigned. */
static void
test_nomem(void **state)
{
	const void *settings = settings_of("");
	enum verdict verdict = VERDICT_TEMPFAIL;

	(void)state;
	for (size_t limit = 64; verdict != VERDICT_CONTINUE; limit += 64) {
		struct arena *small = arena_new(limit);
		struct message message = { .arena = small };
		void *session;

		assert_int_equal(0, headers_add(&message.headers, arena,
			STR("From"), STR(" ann@example.com")));
		session = sign_filter.begin(&message, settings);
		verdict = VERDICT_TEMPFAIL;
		if (session != NULL)
			verdict = sign_filter.headers(session);
		if (verdict == VERDICT_CONTINUE)
			verdict = sign_filter.body(session, STR("x\r\n"));
		if (verdict == VERDICT_CONTINUE)
			verdict = sign_filter.end(session);
		if (message.edits.failed)
			verdict = VERDICT_TEMPFAIL;
		assert_true(verdict == VERDICT_TEMPFAIL ||
			message.results.sign.signed_);
		arena_free(small);
	}
}

/* The log tells all signatures, and what may break them. */
static void
test_results(void **state)
{
	struct message message = { .arena = arena };
	const struct sign_results *r = &message.results.sign;
	char text[256];
	struct conf_errors errors;
	const void *settings = NULL;

	(void)state;
	snprintf(text, sizeof(text),
		"domain = example.com\nselector = s1, s2\nkey = %s, %s\n",
		rsa.path, rsa.path);
	assert_int_equal(0, load(text, &settings, &errors));
	assert_int_equal(VERDICT_CONTINUE,
		run(&message, settings,
			STR("From: ann@example.com\r\nTo: a@b.example,c\r\n"
			    "\r\n\xc3\xa4\r\n")));
	assert_true(r->signed_);
	assert_int_equal(2, message.edits.count);
	assert_str(r->domain, "example.com");
	assert_str(r->selector, "s1,s2");
	assert_str(r->risk, "addresses in To; 8-bit text");
	/* The last one that is added is on top. */
	assert_non_null(strstr(message.edits.list[1].value.p, "s=s1;"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_authors, begin, finish),
		cmocka_unit_test_setup_teardown(
			test_unsignable, begin, finish),
		cmocka_unit_test_setup_teardown(test_nomem, begin, finish),
		cmocka_unit_test_setup_teardown(test_results, begin, finish),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
