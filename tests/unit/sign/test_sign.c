#include "sign/sign.h"
#include "mail/taglist.h"
#include "unit/dkim/support.h"

#include <pthread.h>

static struct test_key rsa;
static struct dns *dns;
static struct sign_options options;
static struct verify_options check = { .minimum_bits = 1024, .maximum = 10 };
static struct arena *setup_arena;

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
	struct conf_errors errors = { 0 };
	struct sign_key *key = NULL;
	char path[64];
	FILE *f = test_file(path);

	(void)state;
	setup_arena = arena_new(0);
	errors.arena = setup_arena;
	rsa = test_rsa(2048);
	zone_key(f, "s1._domainkey.example.com.", "v=DKIM1; ",
		rsa.public_key);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	assert_int_equal(0, sign_key_load(setup_arena, rsa.path, &errors,
		"test", &key));
	assert_int_equal(0, dk_library_new(setup_arena, &options.library));
	options.key = key;
	options.domain = STR("example.com");
	options.selector = STR("s1");
	check.library = options.library;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(setup_arena);
	dns_close(dns);
	test_key_free(&rsa);
	return 0;
}

/* Sign, and give the field's value; { NULL, 0 } with *err when it failed. */
static struct str
sign_value(struct arena *arena, struct str text, size_t piece, int *err)
{
	struct headers headers = { 0 };
	struct signing *signing = NULL;
	struct str body = split_message(arena, text, &headers);
	struct str value = { NULL, 0 };

	*err = signing_new(arena, &options, &headers, &signing);
	for (; body.n > 0 && *err == 0; body = str_from(body, piece))
		*err = signing_body(signing, str_first(body, piece));
	if (*err == 0)
		*err = signing_end(signing, &value);
	return value;
}

/* The signed message, as it goes over the wire. */
static struct str
sign_message(struct arena *arena, struct str text, size_t piece)
{
	struct strbuf sb = sb_new(arena);
	struct str value;
	int err;

	value = sign_value(arena, text, piece, &err);
	assert_int_equal(0, err);
	sb_addz(&sb, "DKIM-Signature: ");
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n') {
			assert_int_equal('\t', value.p[i + 1]);
			sb_addc(&sb, '\r');
		}
		sb_addc(&sb, value.p[i]);
	}
	sb_addz(&sb, "\r\n");
	sb_add(&sb, text);
	return sb_done(&sb);
}

static const char *
record(void)
{
	static char text[1024];

	snprintf(text, sizeof(text), "v=DKIM1; p=%s", rsa.public_key);
	return text;
}

static void
assert_verifies(struct arena *arena, struct str text)
{
	struct dkim_results r = verify_message(arena, &check, dns, text, 100);

	assert_int_equal(1, r.count);
	if (r.sigs[0].result != AUTH_PASS)
		print_error("%.*s\n", STR_ARG(text));
	assert_int_equal(AUTH_PASS, r.sigs[0].result);
	assert_true(dkimpy_verifies(arena, record(), text));
}

static void
test_round_trip(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 200; piece = piece * 3 + 1) {
		struct arena *arena = arena_new(0);

		assert_verifies(arena,
			sign_message(arena, STR(plain), piece));
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
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct arena *arena = arena_new(0);
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, "From: ann@example.com\r\n\r\n");
		sb_addz(&sb, bodies[i]);
		assert_verifies(arena, sign_message(arena, sb_done(&sb), 3));
		arena_free(arena);
	}
}

/* h= without its white space. */
static const char *
names_of(struct arena *arena, struct str value)
{
	struct taglist list;
	struct strbuf sb = sb_new(arena);
	struct str h;

	assert_int_equal(0, taglist_parse(arena, value, &list));
	h = taglist_get(&list, "h");
	for (size_t i = 0; i < h.n; i++)
		if (!is_space(h.p[i]))
			sb_addc(&sb, h.p[i]);
	return sb_done(&sb).p;
}

static void
test_names(void **state)
{
	struct arena *arena = arena_new(0);
	struct str value;
	int err;

	(void)state;
	value = sign_value(arena, STR(plain), 100, &err);
	assert_string_equal("From:From:Subject:Subject:To:To:References:"
		"References:List-Post:List-Post:Content-Language",
		names_of(arena, value));
	assert_int_not_equal('\t', value.p[0]);
	assert_int_not_equal(' ', value.p[0]);
	for (struct str rest = value; rest.p != NULL;)
		assert_true(str_cut(&rest, '\n').n <= 78);
	value = sign_value(arena, STR("From: a@example.com\r\n\r\nx\r\n"), 9,
		&err);
	assert_string_equal("From:From", names_of(arena, value));
	arena_free(arena);
}

/* What is added afterwards by the MTA, and by a forger. */
static void
test_added(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = sign_message(arena, STR(plain), 100);
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
		r = verify_message(arena, &check, dns, sb_done(&sb), 100);
		assert_int_equal(rows[i].result, r.sigs[0].result);
	}
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
	};
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct signing *signing = NULL;
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sign_value(arena, str_of(rows[i].text), 2, &err);
		assert_int_equal(rows[i].err, err);
	}
	assert_int_equal(0, headers_add(&headers, arena, STR("From"),
		STR(" a\0b@example.com")));
	assert_int_equal(ERR_SYNTAX,
		signing_new(arena, &options, &headers, &signing));
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
	assert_verifies(arena, sign_message(arena, sb_done(&sb), 100));
	arena_free(arena);
}

static void
test_covers(void **state)
{
	(void)state;
	assert_true(sign_covers(STR("FROM")));
	assert_true(sign_covers(STR("list-unsubscribe-post")));
	assert_true(sign_covers(STR("Content-ID")));
	assert_false(sign_covers(STR("Received")));
	assert_false(sign_covers(STR("Return-Path")));
	assert_false(sign_covers(STR("Bcc")));
	assert_false(sign_covers(STR("DKIM-Signature")));
	assert_false(sign_covers(STR("Authentication-Results")));
	assert_false(sign_covers(STR("List-x;y")));
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
		struct signing *s = NULL;
		struct str value;

		r = signing_new(arena, &options, &headers, &s);
		if (r == 0)
			r = signing_body(s, body);
		if (r == 0)
			r = signing_end(s, &value);
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
	}
	arena_free(outer);
}

static void *
worker(void *arg)
{
	for (int i = 0; i < 20; i++) {
		struct arena *arena = arena_new(0);
		struct str text = sign_message(arena, STR(plain), 37);
		struct dkim_results r =
			verify_message(arena, &check, dns, text, 50);
		bool good = r.sigs[0].result == AUTH_PASS;

		arena_free(arena);
		if (!good)
			return arg;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t threads[8];
	void *bad;

	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, worker, state);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
