#include "unit/base/check.h"

#include <pthread.h>
#include <time.h>

#include "base/strbuf.h"
#include "dns/dns.h"
#include "unit/dns/name_server.h"

/* Milliseconds: the library by itself gives a server up for minutes. */
enum { RECOVERY = 30000 };

#define DATA(literal) literal, sizeof(literal) - 1

static const struct server_record table[] = {
	{ "a.test", DNS_A, ANSWER, 60, DATA("\300\0\2\1") },
	{ "a.test", DNS_A, ANSWER, 60, DATA("\300\0\2\2") },
	{ "a.invalid", DNS_A, ANSWER, 60, DATA("\300\0\2\1") },
	{ "a.example", DNS_AAAA, ANSWER, 60, DATA("0123456789abcdef") },
	{ "a.example", DNS_A, ANSWER, 1, DATA("\300\0\2\1") },
	{ "mx.example", DNS_MX, ANSWER, 60, DATA("\0\12\4MAIL\7example\0") },
	{ "txt.example", DNS_TXT, ANSWER, 60, DATA("\3a\0b\1c") },
	{ "b\x01@%\\\xff.example", DNS_A, ANSWER, 60, DATA("\300\0\2\1") },
	{ "1.0.0.10.in-addr.arpa", DNS_PTR, ANSWER, 60, DATA("\1h\3lan\0") },
	{ "dot.example", DNS_PTR, ANSWER, 60, DATA("\3a.b\3lan\0") },
	{ "cname.example", 5, CNAME, 60, DATA("\1a\4test\0") },
	{ "dangling.example", 5, CNAME, 60, DATA("\4gone\7example\0") },
	{ "loop.example", 5, CNAME, 60, DATA("\4loop\7example\0") },
	{ "big.example", DNS_TXT, TRUNCATED, 60, DATA("x") },
	{ "nodata.example", DNS_A, NODATA, 0, NULL, 0 },
	{ "nodata.example", DNS_TXT, NODATA, 0, NULL, 0 },
	{ "servfail.example", 5, SERVFAIL, 0, NULL, 0 },
	{ "refused.example", 5, REFUSED, 0, NULL, 0 },
	{ "formerr.example", 5, FORMERR, 0, NULL, 0 },
	{ "silent.example", 5, SILENT, 0, NULL, 0 },
	{ "garbage.example", 5, GARBAGE, 0, NULL, 0 },
	{ "wrongid.example", DNS_A, WRONG_ID, 60, DATA("\300\0\2\1") },
	{ "short.example", DNS_A, ANSWER, 60, DATA("\300\0\2") },
	{ "load.example", DNS_A, ANSWER, 60, DATA("\300\0\2\1") },
	{ NULL, 0, 0, 0, NULL, 0 },
};

static int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct fixture {
	struct server *server;
	struct dns *dns;
};

static int
open_at(unsigned port, const char *anchor, struct dns **ret)
{
	char text[32];
	struct str item;
	struct dns_options options = { { &item, 1 }, anchor };

	snprintf(text, sizeof(text), "127.0.0.1@%u", port);
	item = str_of(text);
	return dns_open(&options, ret);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->server = server_start(table, 0);
	assert_int_equal(open_at(server_port(f->server), NULL, &f->dns), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	dns_close(f->dns);
	server_stop(f->server);
	free(f);
	return 0;
}

static const struct {
	struct str name;
	enum dns_type type;
	enum dns_status status;
	size_t count;
	struct str first;
} cases[] = {
	{ STR("a.test"), DNS_A, DNS_FOUND, 2, STR("\300\0\2\1") },
	{ STR("A.Test."), DNS_A, DNS_FOUND, 2, STR("\300\0\2\1") },
	{ STR("a.invalid"), DNS_A, DNS_FOUND, 1, STR("\300\0\2\1") },
	{ STR("a.example"), DNS_AAAA, DNS_FOUND, 1, STR("0123456789abcdef") },
	{ STR("mx.example"), DNS_MX, DNS_FOUND, 1, STR("mail.example") },
	{ STR("txt.example"), DNS_TXT, DNS_FOUND, 1, STR("a\0bc") },
	{ STR("B\x01@%\\\xff.example"), DNS_A, DNS_FOUND, 1,
		STR("\300\0\2\1") },
	{ STR("1.0.0.10.in-addr.arpa"), DNS_PTR, DNS_FOUND, 1, STR("h.lan") },
	{ STR("dot.example"), DNS_PTR, DNS_FAILURE, 0, STR("") },
	{ STR("cname.example"), DNS_A, DNS_FOUND, 2, STR("\300\0\2\1") },
	{ STR("cname.example"), DNS_TXT, DNS_NXDOMAIN, 0, STR("") },
	{ STR("dangling.example"), DNS_A, DNS_NXDOMAIN, 0, STR("") },
	{ STR("loop.example"), DNS_A, DNS_FAILURE, 0, STR("") },
	{ STR("nodata.example"), DNS_A, DNS_NODATA, 0, STR("") },
	{ STR("nodata.example"), DNS_TXT, DNS_NODATA, 0, STR("") },
	{ STR("absent.example"), DNS_A, DNS_NXDOMAIN, 0, STR("") },
	{ STR("servfail.example"), DNS_A, DNS_FAILURE, 0, STR("") },
	{ STR("refused.example"), DNS_TXT, DNS_FAILURE, 0, STR("") },
	{ STR("formerr.example"), DNS_A, DNS_FAILURE, 0, STR("") },
	{ STR("short.example"), DNS_A, DNS_FAILURE, 0, STR("") },
	{ STR("a..test"), DNS_A, DNS_BADNAME, 0, STR("") },
};

static void
test_answers(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dns_scope scope = { .dns = f->dns,
			.arena = arena_new(0), .budget = 9000 };
		const struct dns_answer *answer = dns_lookup(
			&scope, cases[i].name, cases[i].type);

		if (answer->status != cases[i].status)
			print_error("%s: %s\n", cases[i].name.p,
				dns_status_text(answer->status));
		assert_int_equal(answer->status, cases[i].status);
		assert_int_equal(answer->count, cases[i].count);
		assert_false(answer->secure);
		if (answer->count > 0)
			assert_true(str_eq(answer->records[0].data,
				cases[i].first));
		arena_free(scope.arena);
	}
}

static enum dns_status
status_of(struct dns *dns, struct str name, long budget, long *ret_spent)
{
	struct dns_scope scope = { dns, arena_new(0), budget, 0, false };
	int64_t start = clock_ms();
	enum dns_status status = dns_lookup(&scope, name, DNS_A)->status;

	if (ret_spent != NULL)
		*ret_spent = clock_ms() - start;
	arena_free(scope.arena);
	return status;
}

static void
test_no_answer(void **state)
{
	struct fixture *f = *state;
	long spent;

	assert_int_equal(status_of(f->dns, STR("silent.example"), 300,
		&spent), DNS_TIMEOUT);
	assert_in_range(spent, 299, STALL);
	/* Anyone might have sent that, so it counts for nothing. */
	assert_int_equal(status_of(f->dns, STR("wrongid.example"), 300,
		&spent), DNS_TIMEOUT);
	assert_in_range(spent, 299, STALL);
	assert_int_equal(status_of(f->dns, STR("garbage.example"), 9000,
		NULL), DNS_FAILURE);
}

static void
test_truncated(void **state)
{
	struct fixture *f = *state;
	struct dns_scope scope = { f->dns, arena_new(0), 9000, 0, false };
	const struct dns_answer *answer =
		dns_lookup(&scope, STR("big.example"), DNS_TXT);

	assert_int_equal(answer->status, DNS_FOUND);
	assert_int_equal(answer->count, 1);
	assert_int_equal(answer->records[0].data.n, 3000);
	assert_int_equal(answer->records[0].strings, 12);
	assert_int_equal(server_tcp_count(f->server), 1);
	arena_free(scope.arena);
}

static void
test_ttl(void **state)
{
	struct fixture *f = *state;
	struct str name = STR("a.example");
	unsigned count;
	bool kept = false;

	/* On a busy machine the TTL of a second may be over at once, or the
	 * first question be asked once more; but not each time. */
	for (int i = 0; i < 10 && !kept; i++) {
		assert_int_equal(status_of(f->dns, name, 9000, NULL),
			DNS_FOUND);
		count = server_udp_count(f->server);
		assert_int_equal(status_of(f->dns, name, 9000, NULL),
			DNS_FOUND);
		kept = server_udp_count(f->server) == count;
	}
	assert_true(kept);
	usleep(2100 * 1000);
	assert_int_equal(status_of(f->dns, name, 9000, NULL), DNS_FOUND);
	assert_true(server_udp_count(f->server) > count);
}

/* Names never asked before, lest a kept failure answers. */
static enum dns_status
status_of_fresh(struct dns *dns, long budget, long *ret_spent)
{
	static unsigned count;
	char text[32];

	snprintf(text, sizeof(text), "fresh%u.example", count++);
	return status_of(dns, str_of(text), budget, ret_spent);
}

static void
test_dead_server(void **state)
{
	struct fixture *f = *state;
	int64_t start;
	long spent;

	assert_int_equal(status_of_fresh(f->dns, 9000, NULL), DNS_NXDOMAIN);
	server_set_deaf(f->server, true);
	start = clock_ms();
	assert_int_equal(status_of_fresh(f->dns, 500, &spent), DNS_TIMEOUT);
	assert_in_range(spent, 499, STALL);
	while (clock_ms() - start < 5000) {
		enum dns_status status =
			status_of_fresh(f->dns, 500, &spent);

		assert_true(status == DNS_TIMEOUT || status == DNS_FAILURE);
		assert_in_range(spent, 0, STALL);
	}
	server_set_deaf(f->server, false);
	start = clock_ms();
	while (status_of_fresh(f->dns, 500, NULL) != DNS_NXDOMAIN)
		assert_true(clock_ms() - start < RECOVERY);
}

/* Nobody listens, and the system says so: likewise. */
static void
test_closed_port(void **state)
{
	struct fixture *f = *state;
	unsigned port = server_port(f->server);
	int64_t start = clock_ms();
	enum dns_status status;

	server_stop(f->server);
	while (clock_ms() - start < 3000) {
		status = status_of_fresh(f->dns, 500, NULL);
		assert_true(status == DNS_TIMEOUT || status == DNS_FAILURE);
	}
	f->server = server_start(table, port);
	start = clock_ms();
	while (status_of_fresh(f->dns, 500, NULL) != DNS_NXDOMAIN)
		assert_true(clock_ms() - start < RECOVERY);
}

/* Slower than the library's first patience, but within the budget. */
static void
test_slow_server(void **state)
{
	struct fixture *f = *state;
	long spent;

	server_set_delay(f->server, 1000);
	assert_int_equal(status_of(f->dns, STR("a.test"), 20000, &spent),
		DNS_FOUND);
	assert_true(spent >= 1000);
}

enum { SESSIONS = 500, WORKERS = 8 };

/* All in flight at once: they take one delay, not one each. */
static void
test_many_in_flight(void **state)
{
	struct fixture *f = *state;
	struct dns_scope scope = { f->dns, arena_new(0), 60000, 0, false };
	struct dns_question *questions[SESSIONS];
	int64_t start = clock_ms();

	assert_int_equal(status_of(f->dns, STR("a.test"), 9000, NULL),
		DNS_FOUND);
	server_set_delay(f->server, 200);
	for (int i = 0; i < SESSIONS; i++) {
		struct strbuf sb = sb_new(scope.arena);

		sb_addf(&sb, "n%d.example", i);
		assert_int_equal(dns_ask(&scope, sb_done(&sb), DNS_A,
			&questions[i]), 0);
	}
	for (int i = 0; i < SESSIONS; i++)
		assert_int_equal(dns_await(&scope, questions[i])->status,
			DNS_NXDOMAIN);
	assert_true(clock_ms() - start < SESSIONS * 200 / 2);
	arena_free(scope.arena);
}

/* NULL when all is as it should be; assertions belong to the main thread. */
static void *
work(void *arg)
{
	static const struct str names[] = { STR("a.test"), STR("a.example"),
		STR("load.example"), STR("absent.example") };

	for (int i = 0; i < 100; i++) {
		enum dns_status status =
			status_of(arg, names[i % 4], 20000, NULL);

		if (status != (i % 4 == 3 ? DNS_NXDOMAIN : DNS_FOUND))
			return arg;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[WORKERS];
	void *failed;

	for (int i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, work, f->dns);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

/* With queries in flight that nobody will answer any more. */
static void
test_close_in_flight(void **state)
{
	struct fixture *f = *state;

	server_set_deaf(f->server, true);
	for (int i = 0; i < 20; i++)
		assert_int_equal(status_of_fresh(f->dns, 1, NULL),
			DNS_TIMEOUT);
}

/* A resolver of its own, again and again: what a reload does to the others. */
static void *
come_and_go(void *arg)
{
	unsigned port = server_port(arg);

	for (int i = 0; i < 10; i++) {
		struct dns *dns = NULL;
		bool ok = open_at(port, NULL, &dns) == 0 &&
			status_of(dns, STR("a.test"), 20000, NULL) ==
				DNS_FOUND;

		dns_close(dns);
		if (!ok)
			return arg;
	}
	return NULL;
}

static void
test_resolvers_come_and_go(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[WORKERS];
	void *failed;

	for (int i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, come_and_go, f->server);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static int
open_one(const char *server, const char *anchor)
{
	struct str item = str_of(server);
	struct dns_options options = { { &item, 1 }, anchor };
	struct dns *dns = NULL;
	int rc = dns_open(&options, &dns);

	dns_close(dns);
	return rc;
}

/* Below a trust anchor an answer without signatures is bogus. */
static void
test_bogus(void **state)
{
	static const char anchor[] = "a.test. IN DS 12345 8 2 0123456789ABCDEF"
		"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n";
	struct server *server = server_start(table, 0);
	char path[] = "/tmp/mailvet-anchor-XXXXXX";
	int fd = mkstemp(path);
	struct dns *dns = NULL;

	(void)state;
	assert_int_equal(write(fd, anchor, strlen(anchor)), strlen(anchor));
	close(fd);
	assert_int_equal(open_at(server_port(server), path, &dns), 0);
	unlink(path);
	assert_int_equal(status_of(dns, STR("a.test"), 9000, NULL),
		DNS_FAILURE);
	assert_int_equal(status_of(dns, STR("a.invalid"), 9000, NULL),
		DNS_FOUND);
	dns_close(dns);
	server_stop(server);
}

static void
test_options(void **state)
{
	struct dns_options system = { { NULL, 0 }, NULL };
	struct dns *dns = NULL;

	(void)state;
	assert_int_equal(open_one("192.0.2.1", NULL), 0);
	assert_int_equal(open_one("2001:db8::1", NULL), 0);
	assert_int_equal(open_one("2001:db8::1@5353", NULL), 0);
	assert_int_equal(open_one("", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("ns.example", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("192.0.2.1:53", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("192.0.2.1@", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("192.0.2.1@0", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("192.0.2.1@65536", NULL), ERR_SYNTAX);
	assert_int_equal(open_one("192.0.2.1", "/nonexistent"), ERR_LIBRARY);
	assert_int_equal(dns_open(&system, &dns), 0);
	dns_close(dns);
}

#define WITH_SERVER(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(test_answers),
		WITH_SERVER(test_no_answer),
		WITH_SERVER(test_truncated),
		WITH_SERVER(test_ttl),
		WITH_SERVER(test_dead_server),
		WITH_SERVER(test_closed_port),
		WITH_SERVER(test_slow_server),
		WITH_SERVER(test_many_in_flight),
		WITH_SERVER(test_threads),
		WITH_SERVER(test_close_in_flight),
		WITH_SERVER(test_resolvers_come_and_go),
		cmocka_unit_test(test_bogus),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
