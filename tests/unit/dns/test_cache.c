#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dns/cache.h"

/* The cache's clock goes only when a test says so. */
static struct timespec cache_time = { 1000, 0 };

/* This stands before that of the C library. */
int
clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, ret);
	*ret = cache_time;
	return 0;
}

static void
pass(long milliseconds)
{
	cache_time.tv_sec += milliseconds / 1000;
	cache_time.tv_nsec += milliseconds % 1000 * 1000000;
	cache_time.tv_sec += cache_time.tv_nsec / 1000000000;
	cache_time.tv_nsec %= 1000000000;
}

static const struct dns_limits one_shard = { 8, 80000, 1, 150 };
static const struct rdata address = { (const uint8_t *)"1234", 4 };

static struct dns_question *
get(struct cache *cache, const char *name, bool expect_new)
{
	bool new = !expect_new;
	struct dns_question *q =
		cache_get(cache, str_of(name), DNS_A, &new);

	assert_non_null(q);
	assert_int_equal(new, expect_new);
	return q;
}

/* Ask, if need be answer, and let go. */
static void
put(struct cache *cache, const char *name, bool expect_new,
	const struct dns_reply *reply)
{
	struct dns_question *q = get(cache, name, expect_new);

	if (expect_new)
		dns_answered(q, reply);
	assert_true(atomic_load(&q->answered));
	question_release(q);
}

static struct dns_reply
reply_of(enum dns_status status, uint32_t ttl)
{
	return (struct dns_reply){ .status = status, .ttl = ttl,
		.count = status == DNS_FOUND, .rdata = &address };
}

static void
test_ttl(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply now = reply_of(DNS_FOUND, 0);
	struct dns_reply second = reply_of(DNS_NXDOMAIN, 1);
	struct dns_reply minute = reply_of(DNS_NODATA, 60);

	(void)state;
	put(cache, "now", true, &now);
	put(cache, "second", true, &second);
	put(cache, "minute", true, &minute);
	assert_int_equal(cache_count(cache), 2);
	put(cache, "now", true, &now);
	pass(999);
	put(cache, "second", false, NULL);
	put(cache, "minute", false, NULL);
	pass(1);
	put(cache, "second", true, &second);
	pass(58999);
	put(cache, "minute", false, NULL);
	pass(1);
	put(cache, "minute", true, &minute);
	cache_free(cache);
}

/* Of a temporary failure the TTL is not believed. */
static void
test_failures(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply failure = reply_of(DNS_FAILURE, 3600);

	(void)state;
	put(cache, "a", true, &failure);
	pass(149);
	put(cache, "a", false, NULL);
	pass(1);
	put(cache, "a", true, &failure);
	cache_free(cache);
}

/* That we lacked memory says nothing about the name. */
static void
test_starved(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply starved = reply_of(DNS_FAILURE, 60);

	(void)state;
	starved.starved = true;
	put(cache, "a", true, &starved);
	put(cache, "a", true, &starved);
	assert_int_equal(0, cache_count(cache));
	cache_free(cache);
}

static void
test_longest_ttl(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply reply = reply_of(DNS_FOUND, UINT32_MAX);
	struct dns_question *q = get(cache, "a", true);

	(void)state;
	dns_answered(q, &reply);
	assert_int_equal(q->answer.ttl, 24 * 60 * 60);
	put(cache, "a", false, NULL);
	question_release(q);
	cache_free(cache);
}

/* The least recently used gives way, and no limit is passed. */
static void
test_eviction(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply reply = reply_of(DNS_FOUND, 60);
	char name[16];

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		put(cache, name, true, &reply);
	}
	put(cache, "n0", false, NULL);
	put(cache, "more", true, &reply);
	put(cache, "n0", false, NULL);
	put(cache, "n1", true, &reply);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		put(cache, name, true, &reply);
		assert_true(cache_count(cache) <= 8);
	}
	cache_free(cache);
}

/* Questions in flight keep their place; with nothing else, no more go in. */
static void
test_full_of_questions(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply reply = reply_of(DNS_FOUND, 60);
	struct dns_question *held[8], *q;
	char name[16];

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		held[i] = get(cache, name, true);
	}
	q = get(cache, "more", false);
	assert_true(atomic_load(&q->answered));
	assert_int_equal(q->answer.status, DNS_FAILURE);
	question_release(q);
	question_release(get(cache, "n3", false));
	dns_answered(held[5], &reply);
	put(cache, "more", true, &reply);
	assert_int_equal(cache_count(cache), 8);
	for (int i = 0; i < 8; i++)
		question_release(held[i]);
	cache_free(cache);
}

static void
test_bytes(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply reply = reply_of(DNS_FOUND, 60);
	struct rdata *many = calloc(1000, sizeof(*many));

	(void)state;
	for (int i = 0; i < 1000; i++)
		many[i] = address;
	put(cache, "a", true, &reply);
	reply.rdata = many;
	reply.count = 1000;
	put(cache, "b", true, &reply);
	put(cache, "c", true, &reply);
	put(cache, "d", true, &reply); /* of 28000 bytes, as b and c */
	put(cache, "d", false, NULL);
	put(cache, "c", false, NULL);
	put(cache, "b", true, &reply);
	free(many);
	many = calloc(3000, sizeof(*many));
	for (int i = 0; i < 3000; i++)
		many[i] = address;
	reply.rdata = many;
	reply.count = 3000;
	put(cache, "e", true, &reply); /* alone too much: not kept */
	put(cache, "e", true, &reply);
	put(cache, "b", false, NULL); /* and nothing gave way for it */
	free(many);
	cache_free(cache);
}

static void
test_garbage(void **state)
{
	static const struct rdata bad[] = { { (const uint8_t *)"1234", 4 },
		{ (const uint8_t *)"123", 3 } };
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply reply = { DNS_FOUND, true, 60, 2, bad, false };
	struct dns_reply empty = { DNS_FOUND, true, 60, 0, NULL, false };
	struct dns_question *q = get(cache, "a", true);

	(void)state;
	dns_answered(q, &reply);
	assert_int_equal(q->answer.status, DNS_FAILURE);
	assert_int_equal(q->answer.count, 0);
	assert_false(q->answer.secure);
	question_release(q);
	q = get(cache, "b", true);
	dns_answered(q, &empty);
	assert_int_equal(q->answer.status, DNS_FAILURE);
	question_release(q);
	cache_free(cache);
}

/* Evicted, expired or left behind by the cache: an answer held stays. */
static void
test_held_answers_stay(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_reply now = reply_of(DNS_FOUND, 0);
	struct dns_reply minute = reply_of(DNS_FOUND, 60);
	struct dns_question *a = get(cache, "a", true);
	struct dns_question *b = get(cache, "b", true);
	struct dns_question *c = get(cache, "c", true);

	(void)state;
	dns_answered(a, &now);
	dns_answered(b, &minute);
	cache_free(cache);
	assert_memory_equal(a->answer.records[0].data.p, "1234", 4);
	assert_memory_equal(b->answer.records[0].data.p, "1234", 4);
	assert_false(atomic_load(&c->answered));
	question_release(a);
	question_release(b);
	question_release(c);
}

static void
test_names_of_any_bytes(void **state)
{
	struct cache *cache = cache_new(&one_shard);
	struct dns_question *a, *b;
	bool new;

	(void)state;
	a = cache_get(cache, STR("a\0b"), DNS_A, &new);
	assert_true(new);
	b = cache_get(cache, STR("a\0c"), DNS_A, &new);
	assert_true(new);
	assert_ptr_not_equal(a, b);
	question_release(a);
	question_release(b);
	cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_longest_ttl),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_full_of_questions),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_held_answers_stay),
		cmocka_unit_test(test_names_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
