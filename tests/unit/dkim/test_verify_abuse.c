#include "unit/dkim/signed.h"

#include <pthread.h>
#include <time.h>

static void
test_many_signatures(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");
	size_t n =
		(size_t)((char *)memmem(text.p, text.n, "From:", 5) - text.p);
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	for (int i = 0; i < 60; i++)
		sb_add(&sb, str_first(text, n));
	sb_add(&sb, str_from(text, n));
	r = verify_message(
		arena, &world.options, world.dns, sb_done(&sb), 1000);
	assert_int_equal(20, r.count);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(
			i < 10 ? AUTH_PASS : AUTH_NEUTRAL, r.sigs[i].result);
	arena_free(arena);
}

static void
test_huge(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = signed_message(arena, "relaxed/relaxed");
	struct strbuf sb = sb_new(arena);
	struct dkim_results r;

	(void)state;
	sb_addz(&sb, "DKIM-Signature: v=1; d=example.com; s=x; b=");
	for (int i = 0; i < 100000; i++)
		sb_addc(&sb, 'A');
	sb_addz(&sb, "\r\n");
	sb_add(&sb, text);
	r = verify_message(
		arena, &world.options, world.dns, sb_done(&sb), 1000);
	assert_int_equal(2, r.count);
	assert_int_equal(AUTH_PERMERROR, r.sigs[0].result);
	assert_str(r.sigs[0].reason, "signature field too long");
	assert_int_equal(AUTH_PASS, r.sigs[1].result);
	arena_free(arena);
}

/* Bytes of this process in memory. */
static size_t
resident(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(1, fscanf(f, "%*u %lu", &pages));
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

enum { CHUNK = 65535, BIG = 50 << 20 };

static void
feed_big_body(struct verifier *v)
{
	static char chunk[CHUNK];

	for (size_t i = 0; i < CHUNK; i++)
		chunk[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x';
	for (size_t n = 0; n < BIG; n += CHUNK / 80 * 80)
		assert_int_equal(
			0, verifier_body(
				   v, (struct str){ chunk, CHUNK / 80 * 80 }));
}

/* 50 MB by two signatures, one of them for the first lines: constant memory. */
static void
test_big_message(void **state)
{
	struct arena *outer = arena_new(0), *arena = arena_new(1 << 20);
	struct dns_scope scope = { world.dns, arena, 300, 0, false };
	struct headers headers = { 0 };
	struct dkim_results r;
	struct verifier *v;
	struct str body;
	size_t before;

	(void)state;
	body = split_message(outer,
		dkimpy_sign(outer, &world.rsa,
			"rsa example.com relaxed/relaxed rsa-sha256 l",
			signed_message(outer, "relaxed/simple")),
		&headers);
	assert_int_equal(
		0, verifier_new(arena, &world.options, &scope, &headers, &v));
	assert_int_equal(0, verifier_body(v, body));
	before = resident();
	feed_big_body(v);
	if (resident() > before + (1 << 20))
		fail_msg("%zu KB more", (resident() - before) / 1024);
	assert_int_equal(0, verifier_end(v, &r));
	assert_int_equal(AUTH_PASS, r.sigs[0].result);
	assert_true(r.sigs[0].partial_body);
	assert_int_equal(AUTH_FAIL, r.sigs[1].result);
	assert_str(r.sigs[1].reason, "body hash did not verify");
	arena_free(arena);
	arena_free(outer);
}

static void
test_long_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text = signed_message(arena, "relaxed/relaxed");

	(void)state;
	sb_add(&sb, text);
	for (int i = 0; i < 3 << 20; i++)
		sb_addc(&sb, 'A');
	assert_int_equal(
		AUTH_PERMERROR, verify_one(arena, sb_done(&sb), 65535).result);
	arena_free(arena);
}

/* Milliseconds that a message takes whose keys never come. */
static long
time_without_keys(struct str text)
{
	struct arena *arena = arena_new(0);
	struct timespec start, end;
	struct dkim_results r;

	clock_gettime(CLOCK_MONOTONIC, &start);
	r = verify_message(arena, &world.options, world.dns, text, 1000);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(10, r.count);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(AUTH_TEMPERROR, r.sigs[i].result);
	arena_free(arena);
	return (end.tv_sec - start.tv_sec) * 1000 +
		(end.tv_nsec - start.tv_nsec) / 1000000;
}

/*
 * The keys share the budget of 300 ms: ten that never come cost it once.  A
 * machine may stall, but not each time.
 */
static void
test_budget(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = dkimpy_sign(arena, &world.rsa,
		"timeout example.com relaxed/relaxed rsa-sha256",
		plain_message);
	size_t n =
		(size_t)((char *)memmem(text.p, text.n, "From:", 5) - text.p);
	struct strbuf sb = sb_new(arena);
	long took;

	(void)state;
	for (int i = 0; i < 10; i++)
		sb_add(&sb, str_first(text, n));
	sb_add(&sb, str_from(text, n));
	text = sb_done(&sb);
	took = time_without_keys(text);
	for (int i = 0; i < 20 && took >= 1000; i++)
		took = time_without_keys(text);
	assert_in_range(took, 290, 999);
	arena_free(arena);
}

/* An arena that is full at any point is ERR_NOMEM, and nothing else. */
static void
test_nomem(void **state)
{
	struct arena *outer = arena_new(0);
	struct str text = signed_message(outer, "relaxed/relaxed");
	struct headers headers = { 0 };
	struct str body = split_message(outer, text, &headers);
	int r = ERR_NOMEM;

	(void)state;
	for (size_t limit = 64; r < 0; limit += 48) {
		struct arena *arena = arena_new(limit);
		struct dns_scope scope = { world.dns, arena, 300, 0, false };
		struct dkim_results results = { 0 };
		struct verifier *v = NULL;

		r = verifier_new(arena, &world.options, &scope, &headers, &v);
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
		struct dkim_results r = verify_message(
			arena, &world.options, world.dns, *text, 37);
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
	struct str text = signed_message(arena, "relaxed/relaxed");
	pthread_t threads[16];
	void *bad;

	(void)state;
	for (int i = 0; i < 16; i++)
		pthread_create(&threads[i], NULL, worker, &text);
	for (int i = 0; i < 16; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_signatures),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_big_message),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, signed_setup, signed_teardown);
}
