#include "sign/sign.h"
#include "mail/taglist.h"
#include "unit/sign/support.h"

#include <pthread.h>

static struct sign_fixture fixture;
static struct sign_options options; /* a test may change it */
static struct signers both, rsa_only;

static const char plain[] =
	"Received: by mx.example.com; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
	"From: =?utf-8?q?Ann?=\r\n"
	" <ann@example.com>\r\n"
	"To: bob@example.net,\r\n"
	"\tcarl@example.net\r\n"
	"Bcc: dora@example.net\r\n"
	"Subject: a  folded\r\n"
	"\tsubject \r\n"
	"References: <1@a>\r\n <2@a>\r\n <3@a>\r\n"
	"List-Post: <x>\r\n"
	"List-Post: <y>\r\n"
	"X-Mailer: test\r\n"
	"Content-Language: en\r\n"
	"\r\n"
	"Hello  Bob,\r\n"
	"\r\n"
	"trailing space \t\r\n"
	".\r\n"
	"\xc3\xa4\xff\r\n"
	"\r\n\r\n";

static int
setup(void **state)
{
	(void)state;
	sign_fixture_make(&fixture);
	both = (struct signers){ { { fixture.rsa_key, STR("example.com"),
					   STR("s1"), STR("") },
					 { fixture.ed25519_key,
						 STR("example.com"), STR("e1"),
						 STR("@example.com") } },
		2 };
	rsa_only = both;
	rsa_only.count = 1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sign_fixture_free(&fixture);
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	options = fixture.options;
	return 0;
}

/* Sign; the fields' values. */
static int
sign_values(struct arena *arena, const struct signers *signers,
	struct str text, size_t piece, struct str values[SIGNERS_MAX])
{
	struct headers *headers = arena_alloc(arena, sizeof(*headers));
	struct signing *signing = NULL;
	struct str body = split_message(arena, text, headers);
	int err;

	err = signing_new(arena, &options, signers, headers, &signing);
	for (; body.n > 0 && err == 0; body = str_from(body, piece))
		err = signing_body(signing, str_first(body, piece));
	return err == 0 ? signing_end(signing, values) : err;
}

/* The signed message, as it goes over the wire. */
static struct str
sign_message(struct arena *arena, const struct signers *signers,
	struct str text, size_t piece)
{
	struct strbuf sb = sb_new(arena);
	struct str values[SIGNERS_MAX];

	assert_int_equal(
		0, sign_values(arena, signers, text, piece, values));
	for (size_t n = 0; n < signers->count; n++) {
		sb_addz(&sb, "DKIM-Signature: ");
		for (size_t i = 0; i < values[n].n; i++) {
			char c = values[n].p[i];

			if (c == '\n')
				assert_int_equal('\t', values[n].p[i + 1]);
			if (c == '\n')
				sb_addc(&sb, '\r');
			sb_addc(&sb, c);
		}
		sb_addz(&sb, "\r\n");
	}
	sb_add(&sb, text);
	return sb_done(&sb);
}

static void
assert_verifies(struct arena *arena, size_t count, struct str text)
{
	struct dkim_results r = verify_message(arena, &fixture.check,
		fixture.dns, text, 100);

	assert_int_equal(count, r.count);
	for (size_t i = 0; i < count; i++) {
		if (r.sigs[i].result != AUTH_PASS)
			print_error("%.*s\n%.*s\n", STR_ARG(r.sigs[i].reason),
				STR_ARG(text));
		assert_int_equal(AUTH_PASS, r.sigs[i].result);
	}
	assert_int_equal(count, dkimpy_count(&fixture, arena, text));
}

/* Both algorithms, all canonicalizations, pieces of all sizes. */
static void
test_round_trip(void **state)
{
	(void)state;
	for (size_t piece = 1, c = 0; piece < 200; piece = piece * 2 + 1) {
		struct arena *arena = arena_new(0);

		options.simple_header = c & 1;
		options.simple_body = c & 2;
		c++;
		assert_verifies(arena, 2,
			sign_message(arena, &both, STR(plain), piece));
		arena_free(arena);
	}
}

static void
test_bodies(void **state)
{
	static const char *const bodies[] = { "", "\r\n", " \r\n\r\n",
		"no final newline", "a\r\n\r\n\r\n", "\ta  b\t c \r\n\r\n",
		".\r\n..\r\n" };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct arena *arena = arena_new(0);
		struct strbuf sb = sb_new(arena);

		options.simple_body = i & 1;
		sb_addz(&sb, "From: ann@example.com\r\n\r\n");
		sb_addz(&sb, bodies[i / 2]);
		assert_verifies(arena, 2,
			sign_message(arena, &both, sb_done(&sb), 3));
		arena_free(arena);
	}
}

static struct str
tag(struct arena *arena, struct str value, const char *name)
{
	struct taglist list;

	assert_int_equal(0, taglist_parse(arena, value, &list));
	return taglist_get(&list, name);
}

/* What is written, and in lines that no MTA breaks. */
static void
test_tags(void **state)
{
	struct arena *arena = arena_new(0);
	struct str values[SIGNERS_MAX];
	unsigned long t, x;

	(void)state;
	options.lifetime = 86400;
	options.simple_body = true;
	assert_int_equal(0,
		sign_values(arena, &both, STR(plain), 100, values));
	assert_str(tag(arena, values[0], "a"), "rsa-sha256");
	assert_str(tag(arena, values[1], "a"), "ed25519-sha256");
	assert_str(tag(arena, values[0], "s"), "s1");
	assert_str(tag(arena, values[1], "s"), "e1");
	assert_null(tag(arena, values[0], "i").p);
	assert_str(tag(arena, values[1], "i"), "@example.com");
	assert_null(tag(arena, values[0], "l").p);
	assert_str(tag(arena, values[0], "c"), "relaxed/simple");
	assert_true(str_to_ulong(tag(arena, values[0], "t"), ~0ul, &t));
	assert_true(str_to_ulong(tag(arena, values[0], "x"), ~0ul, &x));
	assert_int_equal(86400, x - t);
	assert_int_not_equal('\t', values[0].p[0]);
	assert_int_not_equal(' ', values[0].p[0]);
	for (struct str rest = values[0]; rest.p != NULL;)
		assert_true(str_cut(&rest, '\n').n <= 78);
	arena_free(arena);
}

/* What is added afterwards by the MTA, and by a forger. */
static void
test_added(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = sign_message(arena, &both, STR(plain), 100);
	static const struct {
		const char *field;
		enum auth_result result;
	} rows[] = {
		{ "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n", AUTH_PASS },
		{ "Message-ID: <1@x>\r\n", AUTH_PASS },
		{ "Received: from x\r\n", AUTH_PASS },
		{ "Subject: other\r\n", AUTH_FAIL },
		{ "To: other@example.net\r\n", AUTH_FAIL },
		{ "From: other@example.net\r\n", AUTH_PERMERROR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf sb = sb_new(arena);
		struct dkim_results r;

		sb_addz(&sb, rows[i].field);
		sb_add(&sb, text);
		r = verify_message(arena, &fixture.check, fixture.dns,
			sb_done(&sb), 100);
		assert_int_equal(rows[i].result, r.sigs[0].result);
		assert_int_equal(rows[i].result, r.sigs[1].result);
	}
	arena_free(arena);
}

/* A signature that the message has already stays as it is, and good. */
static void
test_signed_already(void **state)
{
	struct arena *arena = arena_new(0);
	struct str once = sign_message(arena, &rsa_only, STR(plain), 100);

	(void)state;
	assert_verifies(arena, 3, sign_message(arena, &both, once, 100));
	arena_free(arena);
}

static void
test_most_signers(void **state)
{
	struct arena *arena = arena_new(0);
	struct signers all = { .count = SIGNERS_MAX };

	(void)state;
	for (size_t i = 0; i < SIGNERS_MAX; i++)
		all.list[i] = both.list[i % 2];
	assert_verifies(arena, SIGNERS_MAX,
		sign_message(arena, &all, STR(plain), 100));
	arena_free(arena);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "From: a@example.com\r\n\r\na\rb\r\n", ERR_SYNTAX },
		{ "From: a@example.com\r\n\r\na\nb\r\n", ERR_SYNTAX },
		{ "From: a@example.com\r\n\r\na\r", ERR_SYNTAX },
		{ "From: a@example.com\v\r\n\r\na\r\n", ERR_SYNTAX },
		{ "From: a@example.com (\r)\r\n\r\na\r\n", ERR_SYNTAX },
	};
	struct arena *arena = arena_new(0);
	struct str values[SIGNERS_MAX];
	struct headers headers = { 0 };
	struct signing *signing = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(rows[i].err, sign_values(arena, &both,
			str_of(rows[i].text), 2, values));
	assert_int_equal(0, headers_add(&headers, arena, STR("From"),
		STR(" a\0b@example.com")));
	assert_int_equal(ERR_SYNTAX,
		signing_new(arena, &options, &both, &headers, &signing));
	arena_free(arena);
}

/* Many fields and odd names leave a field that verifies. */
static void
test_many_fields(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);

	(void)state;
	sb_addz(&sb, "From: ann@example.com\r\n");
	sb_addz(&sb, "List-;x: odd\r\nList-: odd\r\n");
	for (int i = 0; i < 500; i++)
		sb_addf(&sb, "List-%d: x\r\n", i % 250);
	sb_addz(&sb, "\r\nbody\r\n");
	assert_verifies(arena, 2,
		sign_message(arena, &both, sb_done(&sb), 100));
	arena_free(arena);
}

static void
test_nomem(void **state)
{
	struct arena *outer = arena_new(0);
	struct headers headers = { 0 };
	struct str body = split_message(outer, STR(plain), &headers);
	int r = ERR_NOMEM;

	(void)state;
	for (size_t limit = 64; r < 0; limit += 48) {
		struct arena *arena = arena_new(limit);
		struct str values[SIGNERS_MAX];
		struct signing *s = NULL;

		r = signing_new(arena, &options, &both, &headers, &s);
		if (r == 0)
			r = signing_body(s, body);
		if (r == 0)
			r = signing_end(s, values);
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
	}
	arena_free(outer);
}

static void *
worker(void *arg)
{
	for (int i = 0; i < 10; i++) {
		struct arena *arena = arena_new(0);
		struct str text = sign_message(arena, &both, STR(plain), 37);
		struct dkim_results r = verify_message(arena, &fixture.check,
			fixture.dns, text, 50);
		bool good = r.sigs[0].result == AUTH_PASS &&
			r.sigs[1].result == AUTH_PASS;

		arena_free(arena);
		if (!good)
			return arg;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t threads[16];
	void *bad;

	for (int i = 0; i < 16; i++)
		pthread_create(&threads[i], NULL, worker, state);
	for (int i = 0; i < 16; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_round_trip, begin),
		cmocka_unit_test_setup(test_bodies, begin),
		cmocka_unit_test_setup(test_tags, begin),
		cmocka_unit_test_setup(test_added, begin),
		cmocka_unit_test_setup(test_signed_already, begin),
		cmocka_unit_test_setup(test_most_signers, begin),
		cmocka_unit_test_setup(test_refused, begin),
		cmocka_unit_test_setup(test_many_fields, begin),
		cmocka_unit_test_setup(test_nomem, begin),
		cmocka_unit_test_setup(test_threads, begin),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
