#include "unit/dkim/support.h"

#include <pthread.h>
#include <time.h>

static struct test_key rsa, small, old, ed;
static struct dns *dns;
static struct verify_options options = { .minimum_bits = 1024, .maximum = 10 };
static struct arena *setup_arena;

static const char plain[] =
	"From: Ann <ann@example.com>\r\n"
	"To: bob@example.net\r\n"
	"Subject: a  folded\r\n"
	"\tsubject \r\n"
	"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
	"\r\n"
	"Hello  Bob,\r\n"
	"\r\n"
	"trailing space \t\r\n"
	".\r\n"
	"bye\r\n"
	"\r\n\r\n";

static int
setup(void **state)
{
	char path[64];
	FILE *f = test_file(path);

	(void)state;
	rsa = test_rsa(2048);
	old = test_rsa(1024);
	small = test_rsa(512);
	ed = test_ed25519();
	fputs("$ORIGIN _domainkey.example.com.\n", f);
	zone_key(f, "rsa", "v=DKIM1; k=rsa; ", rsa.public_key);
	zone_key(f, "test", "v=DKIM1; t=y; ", rsa.public_key);
	zone_key(f, "strict", "v=DKIM1; t=s; ", rsa.public_key);
	zone_key(f, "old", "", old.public_key);
	zone_key(f, "small", "v=DKIM1; ", small.public_key);
	zone_key(f, "ed", "v=DKIM1; k=ed25519; ", ed.public_key);
	zone_key(f, "other", "v=DKIM1; ", old.public_key);
	zone_key(f, "revoked", "v=DKIM1; ", "");
	zone_key(f, "two", "v=DKIM1; ", rsa.public_key);
	zone_key(f, "two", "v=DKIM1; ", "");
	fputs("; fault servfail._domainkey.example.com. SERVFAIL\n", f);
	fputs("; fault timeout._domainkey.example.com. TIMEOUT\n", f);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	setup_arena = arena_new(0);
	return dk_library_new(setup_arena, &options.library);
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(setup_arena);
	dns_close(dns);
	test_key_free(&rsa);
	test_key_free(&old);
	test_key_free(&small);
	test_key_free(&ed);
	return 0;
}

/* Sign by dkimpy, verify, and tell about the one signature. */
static struct dkim_result
cycle(struct arena *arena, const struct test_key *key, const char *arguments)
{
	struct str text = dkimpy_sign(arena, key, arguments, STR(plain));
	struct dkim_results r =
		verify_message(arena, &options, dns, text, 65535);

	assert_int_equal(1, r.count);
	return r.sigs[0];
}

static void
test_canonicalizations(void **state)
{
	static const char *const canons[] = { "simple/simple",
		"simple/relaxed", "relaxed/simple", "relaxed/relaxed" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct arena *arena = arena_new(0);
		char arguments[128];
		struct dkim_result r;

		snprintf(arguments, sizeof(arguments),
			"rsa example.com %s rsa-sha256", canons[i]);
		r = cycle(arena, &rsa, arguments);
		assert_int_equal(AUTH_PASS, r.result);
		assert_str(r.domain, "example.com");
		assert_str(r.selector, "rsa");
		assert_str(r.algorithm, "rsa-sha256");
		assert_int_equal(8, r.b.n);
		assert_int_equal(2048, r.key_bits);
		assert_false(r.partial_body);
		snprintf(arguments, sizeof(arguments),
			"ed example.com %s ed25519-sha256", canons[i]);
		r = cycle(arena, &ed, arguments);
		assert_int_equal(AUTH_PASS, r.result);
		assert_str(r.algorithm, "ed25519-sha256");
		arena_free(arena);
	}
}

struct outcome {
	const char *arguments; /* of dkimpy; the key by the selector's name */
	enum auth_result result;
	const char *reason;
};

static const struct test_key *
key_for(const char *arguments)
{
	if (strncmp(arguments, "small", 5) == 0)
		return &small;
	if (strncmp(arguments, "old", 3) == 0)
		return &old;
	return &rsa;
}

static void
test_outcomes(void **state)
{
	static const struct outcome rows[] = {
		{ "old example.com relaxed/simple rsa-sha256", AUTH_PASS, "" },
		{ "small example.com relaxed/simple rsa-sha256", AUTH_POLICY,
			"an RSA key of 512 bits, less than 1024" },
		{ "rsa example.com relaxed/relaxed rsa-sha1", AUTH_PERMERROR,
			"rsa-sha1 is not accepted" },
		{ "missing example.com relaxed/relaxed rsa-sha256",
			AUTH_PERMERROR, "no key for signature" },
		{ "revoked example.com relaxed/relaxed rsa-sha256",
			AUTH_PERMERROR, "the key was revoked" },
		{ "other example.com relaxed/relaxed rsa-sha256", AUTH_FAIL,
			"signature verification failed" },
		{ "ed example.com relaxed/relaxed rsa-sha256", AUTH_PERMERROR,
			"the key is of another type than the signature" },
		{ "servfail example.com relaxed/relaxed rsa-sha256",
			AUTH_TEMPERROR, "key lookup failed" },
		{ "timeout example.com relaxed/relaxed rsa-sha256",
			AUTH_TEMPERROR, "key lookup timed out" },
		{ "strict example.com relaxed/relaxed rsa-sha256", AUTH_PASS,
			"" },
		{ "two example.com relaxed/relaxed rsa-sha256", AUTH_PASS,
			"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		const char *arguments = rows[i].arguments;
		struct dkim_result r =
			cycle(arena, key_for(arguments), arguments);

		if (r.result != rows[i].result)
			print_error("%s: %s\n", arguments,
				auth_result_text(r.result));
		assert_int_equal(rows[i].result, r.result);
		assert_str(r.reason, rows[i].reason);
		arena_free(arena);
	}
}

static void
test_flag(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_result r = cycle(
		arena, &rsa, "test example.com relaxed/relaxed rsa-sha256");

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.test);
	arena_free(arena);
}

/* The signed message with some text put in at the first match. */
static struct str
with(struct arena *arena, struct str text, const char *before,
	const char *insert)
{
	const char *at = memmem(text.p, text.n, before, strlen(before));
	struct strbuf sb = sb_new(arena);

	assert_non_null(at);
	sb_add(&sb, (struct str){ text.p, (size_t)(at - text.p) });
	sb_addz(&sb, insert);
	sb_add(&sb, str_from(text, (size_t)(at - text.p)));
	return sb_done(&sb);
}

static struct dkim_result
verify_one(struct arena *arena, struct str text, size_t piece)
{
	struct dkim_results r =
		verify_message(arena, &options, dns, text, piece);

	assert_int_equal(1, r.count);
	return r.sigs[0];
}

static void
test_length(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256 l", STR(plain));
	struct strbuf sb = sb_new(arena);
	struct dkim_result r = verify_one(arena, text, 7);

	(void)state;
	assert_int_equal(AUTH_PASS, r.result);
	assert_false(r.partial_body);
	sb_add(&sb, text);
	sb_addz(&sb, "buy now\r\n");
	r = verify_one(arena, sb_done(&sb), 7);
	assert_int_equal(AUTH_PASS, r.result);
	assert_true(r.partial_body);
	text.n -= strlen(".\r\nbye\r\n\r\n\r\n");
	r = verify_one(arena, text, 7);
	assert_int_equal(AUTH_FAIL, r.result);
	assert_str(r.reason, "l= is more than the body has");
	arena_free(arena);
}

static void
test_added_fields(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	struct dkim_result r;

	(void)state;
	r = verify_one(arena,
		with(arena, text, "Date:", "From: x@evil.example\r\n"), 100);
	assert_int_equal(AUTH_PERMERROR, r.result);
	assert_str(r.reason, "the message has more than one From");
	r = verify_one(arena,
		with(arena, text, "DKIM-", "Subject: another\r\n"), 100);
	assert_int_equal(AUTH_POLICY, r.result);
	assert_str(r.reason, "a second Subject is not signed");
	r = verify_one(
		arena, with(arena, text, "Date:", "X-Other: fine\r\n"), 100);
	assert_int_equal(AUTH_PASS, r.result);
	arena_free(arena);
}

static void
test_bare_newlines(void **state)
{
	static const char *const inserts[] = { "\r", "\n" };
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t piece = 1; piece < 4; piece++) {
			struct str changed =
				with(arena, text, "ello", inserts[i]);
			struct dkim_result r =
				verify_one(arena, changed, piece);

			assert_true(r.result == AUTH_POLICY ||
				r.result == AUTH_FAIL);
		}
	arena_free(arena);
}

/* Bodies at the edges of canonicalization, in pieces of each size. */
static void
test_bodies(void **state)
{
	static const char *const bodies[] = { "", "\r\n", "\r\n\r\n",
		" \r\n", "no final newline", "a\r\n\r\n\r\nb\r\n",
		"\ta  b\t c \r\n\r\n", "\xff\x80\r\n", "x \r\n" };
	static const char *const canons[] = { "simple", "relaxed" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]) * 2; i++) {
		struct arena *arena = arena_new(0);
		struct strbuf sb = sb_new(arena);
		char arguments[128];
		struct str text;

		sb_addz(&sb, "From: ann@example.com\r\n\r\n");
		sb_addz(&sb, bodies[i / 2]);
		snprintf(arguments, sizeof(arguments),
			"rsa example.com relaxed/%s rsa-sha256",
			canons[i % 2]);
		text = dkimpy_sign(arena, &rsa, arguments, sb_done(&sb));
		for (size_t piece = 1; piece < 8; piece++)
			if (verify_one(arena, text, piece).result != AUTH_PASS)
				fail_msg("%s body %zu in %zus", canons[i % 2],
					i / 2, piece);
		arena_free(arena);
	}
}

static void
test_nul(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text, changed;

	(void)state;
	sb_addz(&sb, "From: ann@example.com\r\n\r\na");
	sb_addc(&sb, '\0');
	sb_addz(&sb, "b\r\n");
	text = dkimpy_sign(arena, &rsa,
		"rsa example.com simple/simple rsa-sha256", sb_done(&sb));
	assert_int_equal(AUTH_PASS, verify_one(arena, text, 2).result);
	changed = arena_copy(arena, text);
	((char *)memmem(changed.p, changed.n, "ann@", 4))[1] = '\0';
	assert_int_equal(
		AUTH_PERMERROR, verify_one(arena, changed, 2).result);
	arena_free(arena);
}

/* Each sampled change breaks the signature, unless it may not matter. */
static void
test_changed_bytes(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com simple/simple rsa-sha256", STR(plain));
	const char *from = memmem(text.p, text.n, "From:", 5);
	const char *date = memmem(text.p, text.n, "Date:", 5);
	const char *body = memmem(text.p, text.n, "Hello", 5);

	(void)state;
	for (const char *p = from; p < text.p + text.n; p++) {
		struct arena *one = arena_new(0);
		struct str changed = arena_copy(one, text);
		bool loose = p >= date && p < body;
		struct dkim_result r;

		if (*p == '\r' || *p == '\n' || *p == ':' || *p == '\t') {
			arena_free(one);
			continue;
		}
		((char *)changed.p)[p - text.p] ^= 1;
		r = verify_one(one, changed, 50);
		if (loose != (r.result == AUTH_PASS))
			fail_msg("byte %td: %s", p - text.p,
				auth_result_text(r.result));
		arena_free(one);
	}
	arena_free(arena);
}

static void
test_many_signatures(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	size_t n = (size_t)((char *)memmem(text.p, text.n, "From:", 5) -
		text.p);
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	for (int i = 0; i < 60; i++)
		sb_add(&sb, str_first(text, n));
	sb_add(&sb, str_from(text, n));
	r = verify_message(arena, &options, dns, sb_done(&sb), 1000);
	assert_int_equal(20, r.count);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(i < 10 ? AUTH_PASS : AUTH_NEUTRAL,
			r.sigs[i].result);
	arena_free(arena);
}

/* A bad one among the good ones, and one that covers signatures. */
static void
test_mixed(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	sb_addz(&sb, "DKIM-Signature: v=1; d=example.com; nonsense\r\n");
	sb_addz(&sb, "DKIM-Signature: v=1; a=rsa-sha256; d=example.com;\r\n"
		" s=rsa; h=from:dkim-signature:dkim-signature:received:date:"
		"x:y:z:to:subject:dkim-signature:dkim-signature:a:b;\r\n"
		"\tbh=AAAA; b=AAAA\r\n");
	sb_add(&sb, text);
	r = verify_message(arena, &options, dns, sb_done(&sb), 1000);
	assert_int_equal(3, r.count);
	assert_int_equal(AUTH_PERMERROR, r.sigs[0].result);
	assert_str(r.sigs[0].domain, "example.com");
	assert_int_equal(AUTH_FAIL, r.sigs[1].result);
	assert_int_equal(AUTH_PASS, r.sigs[2].result);
	arena_free(arena);
}

static void
test_huge(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	sb_addz(&sb, "DKIM-Signature: v=1; d=example.com; s=x; b=");
	for (int i = 0; i < 100000; i++)
		sb_addc(&sb, 'A');
	sb_addz(&sb, "\r\n");
	sb_add(&sb, text);
	r = verify_message(arena, &options, dns, sb_done(&sb), 1000);
	assert_int_equal(2, r.count);
	assert_int_equal(AUTH_PERMERROR, r.sigs[0].result);
	assert_str(r.sigs[0].reason, "signature field too long");
	assert_int_equal(AUTH_PASS, r.sigs[1].result);
	arena_free(arena);
}

static void
test_long_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));

	(void)state;
	sb_add(&sb, text);
	for (int i = 0; i < 3 << 20; i++)
		sb_addc(&sb, 'A');
	assert_int_equal(AUTH_PERMERROR,
		verify_one(arena, sb_done(&sb), 65535).result);
	arena_free(arena);
}

static void
test_unsigned(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_results r =
		verify_message(arena, &options, dns, STR(plain), 10);

	(void)state;
	assert_int_equal(0, r.count);
	r = verify_message(arena, &options, dns, STR("\r\n"), 10);
	assert_int_equal(0, r.count);
	arena_free(arena);
}

/* The keys share the budget: ten that never come cost it once. */
static void
test_budget(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"timeout example.com relaxed/relaxed rsa-sha256", STR(plain));
	size_t n = (size_t)((char *)memmem(text.p, text.n, "From:", 5) -
		text.p);
	struct strbuf sb = sb_new(arena);
	struct timespec start, end;
	struct dkim_results r;

	(void)state;
	for (int i = 0; i < 10; i++)
		sb_add(&sb, str_first(text, n));
	sb_add(&sb, str_from(text, n));
	clock_gettime(CLOCK_MONOTONIC, &start);
	r = verify_message(arena, &options, dns, sb_done(&sb), 1000);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - start.tv_sec <= 1);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(AUTH_TEMPERROR, r.sigs[i].result);
	arena_free(arena);
}

/* An arena that is full at any point is ERR_NOMEM, and nothing else. */
static void
test_nomem(void **state)
{
	struct arena *outer = arena_new(0);
	struct str text = dkimpy_sign(outer, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	struct headers headers = { 0 };
	struct str body = split_message(outer, text, &headers);
	int r = ERR_NOMEM;

	(void)state;
	for (size_t limit = 64; r < 0; limit += 48) {
		struct arena *arena = arena_new(limit);
		struct dns_scope scope = { dns, arena, 300, 0 };
		struct dkim_results results = { 0 };
		struct verifier *v = NULL;

		r = verifier_new(arena, &options, &scope, &headers, &v);
		if (r == 0)
			r = verifier_body(v, body);
		if (r == 0)
			r = verifier_end(v, &results);
		assert_true(r == 0 || r == ERR_NOMEM);
		if (r == 0)
			assert_true(results.sigs[0].result == AUTH_PASS ||
				results.sigs[0].result == AUTH_TEMPERROR);
		arena_free(arena);
	}
	arena_free(outer);
}

static void *
worker(void *arg)
{
	struct str *text = arg;

	for (int i = 0; i < 50; i++) {
		struct arena *arena = arena_new(0);
		struct dkim_results r =
			verify_message(arena, &options, dns, *text, 37);
		bool good = r.count == 1 && r.sigs[0].result == AUTH_PASS;

		arena_free(arena);
		if (!good)
			return arg;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &rsa,
		"rsa example.com relaxed/relaxed rsa-sha256", STR(plain));
	pthread_t threads[8];
	void *bad;

	(void)state;
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, worker, &text);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonicalizations),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_added_fields),
		cmocka_unit_test(test_bare_newlines),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_many_signatures),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
