/*
 * The keys from a real resolver: libunbound, with a name server on loopback
 * that is slow or dead.
 */
#include "unit/base/check.h"
#include "unit/dkim/signed.h"
#include "unit/dns/name_server.h"

#include <time.h>

/* NEVER: milliseconds that nobody waits. */
enum { KEYS = 10, NEVER = 1000000 };

static struct server *server;
static struct dns *dns;
static struct server_record table[KEYS + 1];
static char names[KEYS][64];
static char record[256];

/* All keys are the same one of 1024 bits, as one string. */
static void
fill_table(void)
{
	int n = snprintf(record + 1, sizeof(record) - 1, "v=DKIM1; p=%s",
		world.old.public_key);

	assert_in_range(n, 1, 254);
	record[0] = (char)n;
	for (int i = 0; i < KEYS; i++) {
		snprintf(names[i], sizeof(names[i]),
			"s%d._domainkey.example.com", i);
		table[i] = (struct server_record){ names[i], DNS_TXT, ANSWER,
			60, record, (size_t)n + 1 };
	}
}

static int
setup(void **state)
{
	int r = signed_setup(state);

	fill_table();
	return r;
}

/* For each test, so that none finds answers kept. */
static int
begin(void **state)
{
	char text[32];
	struct str item;
	struct dns_options options = { { &item, 1 }, NULL };

	(void)state;
	server = server_start(table, 0);
	snprintf(text, sizeof(text), "127.0.0.1@%u", server_port(server));
	item = str_of(text);
	return dns_open(&options, &dns);
}

static int
end(void **state)
{
	(void)state;
	dns_close(dns);
	server_stop(server);
	return 0;
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A message with as many signatures, each by another selector; only the one
 * by s0 is right. */
static struct str
message_with(struct arena *arena, int count)
{
	struct str text = dkimpy_sign(arena, &world.old,
		"s0 example.com relaxed/relaxed rsa-sha256", plain_message);
	struct strbuf sb = sb_new(arena);

	for (int i = 1; i < count; i++)
		sb_addf(&sb,
			"DKIM-Signature: v=1; a=rsa-sha256; d=example.com;"
			" s=s%d; h=from; bh=AAAA; b=AAAA\r\n",
			i);
	sb_add(&sb, text);
	return sb_done(&sb);
}

struct run {
	struct headers headers;
	struct dns_scope scope;
	struct verifier *verifier;
	struct str body;
};

static void
start(struct run *run, struct arena *arena, struct str text, long budget)
{
	*run = (struct run){
		.scope = { .dns = dns, .arena = arena, .budget = budget }
	};
	run->body = split_message(arena, text, &run->headers);
	assert_int_equal(0, verifier_new(arena, &world.options, &run->scope,
				    &run->headers, &run->verifier));
}

static struct dkim_results
finish(struct run *run)
{
	struct dkim_results r;

	assert_int_equal(0, verifier_body(run->verifier, run->body));
	assert_int_equal(0, verifier_end(run->verifier, &r));
	return r;
}

/* All keys are asked for at the end of the header, and at once. */
static void
test_parallel(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = message_with(arena, KEYS);
	long before = now_ms();
	struct run run;
	struct dkim_results r;

	(void)state;
	server_set_delay(server, NEVER);
	start(&run, arena, text, 60000);
	assert_int_equal(60000, run.scope.budget);
	/* The questions are on their way though no answer was awaited. */
	while (server_udp_count(server) < KEYS && now_ms() - before < STALL)
		usleep(5000);
	assert_true(server_udp_count(server) >= KEYS);
	server_set_delay(server, 0);
	r = finish(&run);
	assert_int_equal(KEYS, r.count);
	assert_int_equal(AUTH_PASS, r.sigs[KEYS - 1].result);
	for (int i = 0; i < KEYS - 1; i++)
		assert_int_equal(AUTH_FAIL, r.sigs[i].result);
	arena_free(arena);
}

/* Whatever the number of signatures, a dead server costs the budget once. */
static void
test_dead(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = message_with(arena, KEYS);
	long before;
	struct run run;
	struct dkim_results r;

	(void)state;
	server_set_deaf(server, true);
	before = now_ms();
	start(&run, arena, text, 1000);
	r = finish(&run);
	assert_in_range(now_ms() - before, 950, STALL);
	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(AUTH_TEMPERROR, r.sigs[i].result);
		assert_str(r.sigs[i].reason, "key lookup timed out");
	}
	arena_free(arena);
}

/* An answer that is too late for one message is there for the next. */
static void
test_late(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = message_with(arena, 1);
	struct dkim_results r;
	struct run run;

	(void)state;
	server_set_delay(server, NEVER);
	start(&run, arena, text, 50);
	r = finish(&run);
	assert_int_equal(AUTH_TEMPERROR, r.sigs[0].result);
	server_set_delay(server, 0);
	start(&run, arena, text, 20000);
	r = finish(&run);
	assert_int_equal(AUTH_PASS, r.sigs[0].result);
	assert_false(r.sigs[0].dnssec);
	arena_free(arena);
}

/* Are the answers here?  Whoever cannot wait finds out. */
static bool
all_answered(void)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { .dns = dns, .arena = arena };
	bool all = true;

	for (int i = 0; i < KEYS && all; i++)
		all = dns_lookup(&scope, str_of(names[i]), DNS_TXT)->status ==
			DNS_FOUND;
	arena_free(arena);
	return all;
}

/* Waiting is over when the answers come while the body does. */
static void
test_body_meanwhile(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = message_with(arena, KEYS);
	struct dkim_results r;
	struct run run;

	(void)state;
	start(&run, arena, text, 20000);
	while (!all_answered()) /* the body is under way */
		usleep(5000);
	r = finish(&run);
	assert_int_equal(20000, run.scope.budget);
	assert_int_equal(AUTH_PASS, r.sigs[KEYS - 1].result);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parallel, begin, end),
		cmocka_unit_test_setup_teardown(test_dead, begin, end),
		cmocka_unit_test_setup_teardown(test_late, begin, end),
		cmocka_unit_test_setup_teardown(
			test_body_meanwhile, begin, end),
	};

	return cmocka_run_group_tests(tests, setup, signed_teardown);
}
