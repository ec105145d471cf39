#include "unit/base/check.h"

#include <time.h>

#include "base/ipnet.h"
#include "base/strbuf.h"
#include "dns/dns.h"
#include "unit/dns/fake_backend.h"

#define TEN "abcdefghij"
#define LABEL63 TEN TEN TEN TEN TEN TEN "abc"

static const struct dns_limits small = { 256, 1 << 20, 4, 150 };

static struct dns *
open_fake(struct fake *fake)
{
	struct dns *dns = NULL;

	assert_int_equal(dns_new(&fake_backend, fake, &small, &dns), 0);
	return dns;
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct dns_scope
scope_new(struct dns *dns, long budget)
{
	return (struct dns_scope){ .dns = dns, .arena = arena_new(0),
		.budget = budget };
}

/* The status that one message sees. */
static enum dns_status
status_of(struct dns *dns, struct str name)
{
	struct dns_scope scope = scope_new(dns, 60000);
	enum dns_status status = dns_lookup(&scope, name, DNS_A)->status;

	arena_free(scope.arena);
	return status;
}

static void
test_found(void **state)
{
	struct fake fake = fake_new(FAKE_AT_ONCE, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = scope_new(dns, 1000);
	const struct dns_answer *answer =
		dns_lookup(&scope, STR("A.Example."), DNS_A);

	(void)state;
	assert_int_equal(answer->status, DNS_FOUND);
	assert_true(answer->secure);
	assert_int_equal(answer->ttl, 60);
	assert_int_equal(answer->count, 1);
	assert_true(str_eq(answer->records[0].data, STR("\300\0\2\1")));
	assert_string_equal(fake.last_name, "a.example");
	assert_int_equal(scope.asked, 1);
	assert_int_equal(scope.budget, 1000);
	arena_free(scope.arena);
	dns_close(dns);
	assert_true(fake.closed);
}

static void
test_one_query_for_one_name_and_type(void **state)
{
	struct fake fake = fake_new(FAKE_AT_ONCE, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = scope_new(dns, 1000);
	const struct dns_answer *first = dns_lookup(&scope, STR("a"), DNS_A);

	(void)state;
	assert_ptr_equal(first, dns_lookup(&scope, STR("A."), DNS_A));
	assert_int_equal(fake.started, 1);
	dns_lookup(&scope, STR("a"), DNS_AAAA);
	dns_lookup(&scope, STR("b"), DNS_A);
	assert_int_equal(fake.started, 3);
	assert_int_equal(scope.asked, 4);
	arena_free(scope.arena);
	dns_close(dns);
}

static void
test_bad_names(void **state)
{
	struct fake fake = fake_new(FAKE_AT_ONCE, 60);
	struct dns *dns = open_fake(&fake);
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 10 == 9 ? '.' : 'a';
	assert_int_equal(status_of(dns, (struct str){ text, 254 }),
		DNS_BADNAME);
	assert_int_equal(status_of(dns, (struct str){ text, 600 }),
		DNS_BADNAME);
	assert_int_equal(status_of(dns, STR("")), DNS_BADNAME);
	assert_int_equal(status_of(dns, STR(".")), DNS_BADNAME);
	assert_int_equal(status_of(dns, STR("a..b")), DNS_BADNAME);
	assert_int_equal(status_of(dns, STR(".a")), DNS_BADNAME);
	assert_int_equal(status_of(dns, STR("a..")), DNS_BADNAME);
	assert_int_equal(status_of(dns, STR(LABEL63 "d.a")), DNS_BADNAME);
	assert_int_equal(fake.started, 0);
	assert_int_equal(status_of(dns, (struct str){ text, 253 }), DNS_FOUND);
	assert_int_equal(status_of(dns, STR(LABEL63 ".a")), DNS_FOUND);
	assert_int_equal(status_of(dns, STR("\0\xff A@\\.a")), DNS_FOUND);
	assert_int_equal(fake.started, 3);
	assert_memory_equal(fake.last_name, "\0\xff a@\\.a", 9);
	dns_close(dns);
}

/* With nothing left to wait for.  A machine may stall, but not each time. */
static void
assert_no_wait(struct dns_scope *scope, struct dns_question *question)
{
	long took = STALL;

	for (int i = 0; i < 20 && took >= 100; i++) {
		long start = now_ms();

		assert_int_equal(dns_await(scope, question)->status,
			DNS_TIMEOUT);
		assert_int_equal(dns_lookup(scope, STR("b"), DNS_A)->status,
			DNS_TIMEOUT);
		took = now_ms() - start;
	}
	assert_true(took < 100);
}

static void
test_budget(void **state)
{
	struct fake fake = fake_new(FAKE_NEVER, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = scope_new(dns, 200);
	struct dns_question *question;
	long start = now_ms();

	(void)state;
	assert_int_equal(dns_ask(&scope, STR("a"), DNS_A, &question), 0);
	assert_int_equal(scope.budget, 200);
	assert_int_equal(dns_await(&scope, question)->status, DNS_TIMEOUT);
	assert_in_range(now_ms() - start, 199, STALL);
	assert_int_equal(scope.budget, 0);
	assert_no_wait(&scope, question);
	arena_free(scope.arena);
	dns_close(dns);
}

static void *
release_later(void *arg)
{
	usleep(100 * 1000);
	fake_release(arg);
	return NULL;
}

static void
test_waiting_is_deducted(void **state)
{
	struct fake fake = fake_new(FAKE_HELD, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = scope_new(dns, 60000);
	struct dns_question *question;
	long released, start, end;
	pthread_t thread;

	(void)state;
	assert_int_equal(dns_ask(&scope, STR("a"), DNS_A, &question), 0);
	released = now_ms() + 100; /* or later */
	pthread_create(&thread, NULL, release_later, &fake);
	start = now_ms();
	assert_int_equal(dns_await(&scope, question)->status, DNS_FOUND);
	end = now_ms();
	assert_true(60000 - scope.budget >= released - start - 2);
	assert_true(60000 - scope.budget <= end - start + 2);
	pthread_join(thread, NULL);
	arena_free(scope.arena);
	dns_close(dns);
}

/* A message gave up; the answer is there for the next one all the same. */
static void
test_late_answer_is_kept(void **state)
{
	struct fake fake = fake_new(FAKE_HELD, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope early = scope_new(dns, 1);
	struct dns_scope spent = scope_new(dns, 0);

	(void)state;
	assert_int_equal(dns_lookup(&early, STR("a"), DNS_A)->status,
		DNS_TIMEOUT);
	arena_free(early.arena);
	fake_release(&fake);
	assert_int_equal(dns_lookup(&spent, STR("a"), DNS_A)->status,
		DNS_FOUND);
	assert_int_equal(fake.started, 1);
	arena_free(spent.arena);
	dns_close(dns);
}

static void
test_backend_error(void **state)
{
	struct fake fake = fake_new(FAKE_ERROR, 60);
	struct dns *dns = open_fake(&fake);

	(void)state;
	assert_int_equal(status_of(dns, STR("a")), DNS_FAILURE);
	assert_int_equal(status_of(dns, STR("a")), DNS_FAILURE);
	assert_int_equal(fake.started, 1);
	dns_close(dns);
}

static void
test_no_memory(void **state)
{
	struct fake fake = fake_new(FAKE_AT_ONCE, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = { dns, arena_new(1), 1000, 0, false };
	struct dns_question *question = NULL;

	(void)state;
	assert_int_equal(dns_ask(&scope, STR("a"), DNS_A, &question),
		ERR_NOMEM);
	assert_null(question);
	assert_int_equal(dns_lookup(&scope, STR("a"), DNS_A)->status,
		DNS_FAILURE);
	arena_free(scope.arena);
	dns_close(dns);
}

/*
 * The threads return NULL when all is as it should be: assertions belong to
 * the main thread.
 */
enum { THREADS = 16, ROUNDS = 200, AHEAD = 8 };

static void
run_threads(void *(*fn)(void *), void *arg)
{
	pthread_t threads[THREADS];
	void *failed;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, fn, arg);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static void *
ask_same(void *arg)
{
	return status_of(arg, STR("same.example")) == DNS_FOUND ? NULL : arg;
}

/* The scope tells that an answer is missing for want of memory; others ask
 * again. */
static void
test_starved(void **state)
{
	struct fake fake = fake_new(FAKE_STARVED, 60);
	struct dns *dns = open_fake(&fake);
	struct dns_scope scope = scope_new(dns, 1000);

	(void)state;
	assert_int_equal(DNS_FAILURE,
		dns_lookup(&scope, STR("a"), DNS_A)->status);
	assert_true(scope.starved);
	fake.mode = FAKE_AT_ONCE;
	assert_int_equal(DNS_FOUND, status_of(dns, STR("a")));
	fake.mode = FAKE_ERROR;
	scope.starved = false;
	assert_int_equal(DNS_FAILURE,
		dns_lookup(&scope, STR("b"), DNS_A)->status);
	assert_false(scope.starved);
	arena_free(scope.arena);
	dns_close(dns);
}

static void
test_coalescing(void **state)
{
	struct fake fake = fake_new(FAKE_HELD, 60);
	struct dns *dns = open_fake(&fake);
	pthread_t releaser;

	(void)state;
	pthread_create(&releaser, NULL, release_later, &fake);
	run_threads(ask_same, dns);
	pthread_join(releaser, NULL);
	assert_int_equal(fake.started, 1);
	dns_close(dns);
}

/* Ask for some, then await all. */
static bool
ask_ahead(struct dns_scope *scope, int first)
{
	struct dns_question *questions[AHEAD];
	bool ok = true;

	for (int i = 0; i < AHEAD && ok; i++) {
		struct strbuf sb = sb_new(scope->arena);

		sb_addf(&sb, "n%d.example", (first + i) % 1000);
		ok = dns_ask(scope, sb_done(&sb), DNS_A, &questions[i]) == 0;
	}
	for (int i = 0; i < AHEAD && ok; i++)
		ok = dns_await(scope, questions[i])->status == DNS_FOUND;
	return ok;
}

/* Many names over few entries, so that all paths meet. */
static void *
ask_many(void *arg)
{
	bool ok = true;

	for (int i = 0; i < ROUNDS && ok; i++) {
		struct dns_scope scope = scope_new(arg, 60000);

		ok = ask_ahead(&scope, i * 7);
		arena_free(scope.arena);
	}
	return ok ? NULL : arg;
}

static void
many_threads(uint32_t ttl)
{
	struct fake fake = fake_new(FAKE_AT_ONCE, ttl);
	struct dns *dns = open_fake(&fake);

	run_threads(ask_many, dns);
	assert_true(dns_kept(dns) <= small.entries);
	dns_close(dns);
}

static void
test_threads(void **state)
{
	(void)state;
	many_threads(60);
	many_threads(0);
}

static void
test_reverse_names(void **state)
{
	static const char *const names[][2] = {
		{ "192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "0.255.10.200", "200.10.255.0.in-addr.arpa" },
		{ "::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "2001:db8::f1", "1.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
			"0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
	};
	struct arena *arena = arena_new(0), *full = arena_new(1);
	struct ipaddr none = { 0 }, addr = none;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(ipaddr_parse(str_of(names[i][0]), &addr));
		assert_string_equal(dns_reverse_name(arena, &addr).p,
			names[i][1]);
	}
	assert_null(dns_reverse_name(full, &addr).p);
	assert_null(dns_reverse_name(arena, &none).p);
	arena_free(arena);
	arena_free(full);
}

static void
test_status_text(void **state)
{
	(void)state;
	assert_string_equal(dns_status_text(DNS_FOUND), "FOUND");
	assert_string_equal(dns_status_text(DNS_NODATA), "NODATA");
	assert_string_equal(dns_status_text(DNS_NXDOMAIN), "NXDOMAIN");
	assert_string_equal(dns_status_text(DNS_FAILURE), "FAILURE");
	assert_string_equal(dns_status_text(DNS_TIMEOUT), "TIMEOUT");
	assert_string_equal(dns_status_text(DNS_BADNAME), "BADNAME");
}

static void
test_close_null(void **state)
{
	(void)state;
	dns_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_one_query_for_one_name_and_type),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_waiting_is_deducted),
		cmocka_unit_test(test_late_answer_is_kept),
		cmocka_unit_test(test_backend_error),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_coalescing),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_reverse_names),
		cmocka_unit_test(test_status_text),
		cmocka_unit_test(test_close_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
