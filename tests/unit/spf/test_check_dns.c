/*
 * check_host() against a name server: how many questions reach it, whatever a
 * domain publishes, and what comes of a server that is ill.
 */
#include "unit/spf/fixture.h"

#include <time.h>

#include "unit/dns/name_server.c"

enum { TABLE_MAX = 64, WIRE_MAX = 1 << 17, BUDGET = 20000, TRIES = 5 };

/* A server and what it knows; the wire form is made here. */
struct world {
	struct server_record table[TABLE_MAX];
	size_t count;
	char *wire;
	size_t used;
	struct server *server;
	struct dns *dns;
};

static struct world w;

static void
add(const char *name, unsigned type, enum behaviour behaviour,
	struct str data)
{
	assert_true(w.count < TABLE_MAX - 1);
	w.table[w.count++] = (struct server_record){ name, type, behaviour,
		60, data.p, data.n };
}

/* A TXT record in strings of at most size bytes. */
static struct str
txt_data(struct str text, size_t size)
{
	char *start = w.wire + w.used;

	while (text.n > 0) {
		struct str part = str_first(text, size);

		assert_true(w.used + 1 + part.n <= WIRE_MAX);
		w.wire[w.used++] = (char)part.n;
		memcpy(w.wire + w.used, part.p, part.n);
		w.used += part.n;
		text = str_from(text, part.n);
	}
	return (struct str){ start, (size_t)(w.wire + w.used - start) };
}

static void
add_txt(const char *name, const char *text)
{
	add(name, DNS_TXT, ANSWER, txt_data(str_of(text), 255));
}

/* A name behind a prefix, in wire form. */
static struct str
name_data(struct str prefix, const char *name)
{
	char *start = w.wire + w.used;
	struct str rest = str_of(name);

	memcpy(w.wire + w.used, prefix.p, prefix.n);
	w.used += prefix.n;
	while (rest.p != NULL) {
		struct str label = str_cut(&rest, '.');

		w.wire[w.used++] = (char)label.n;
		memcpy(w.wire + w.used, label.p, label.n);
		w.used += label.n;
	}
	w.wire[w.used++] = '\0';
	return (struct str){ start, (size_t)(w.wire + w.used - start) };
}

/* count times one name with %d in it. */
static void
add_names(const char *owner, unsigned type, const char *target, int count)
{
	for (int i = 0; i < count; i++) {
		struct str preference = { "\0\12", type == DNS_MX ? 2 : 0 };
		char name[100];

		snprintf(name, sizeof(name), target, i);
		add(owner, type, ANSWER, name_data(preference, name));
	}
}

static void
start(void)
{
	char text[32];
	struct str item;
	const struct dns_options options = { .nameservers = { &item, 1 } };

	w.server = server_start(w.table, 0);
	snprintf(text, sizeof(text), "127.0.0.1@%u", server_port(w.server));
	item = str_of(text);
	assert_int_equal(dns_open(&options, &w.dns), 0);
}

static struct spf_answer
check_in(struct arena *arena, const char *from, long budget)
{
	struct fixture f = { .scope = { .dns = w.dns, .arena = arena,
		.budget = budget } };

	return check_from(&f, "192.0.2.1", from);
}

static void
expect(const char *from, enum auth_result result, const char *reason)
{
	struct arena *arena = arena_new(0);
	struct spf_answer got = check_in(arena, from, BUDGET);

	if (got.result != result || !str_eq(got.reason, str_of(reason)))
		fail_msg("%s: %s (%.*s)", from, auth_result_text(got.result),
			STR_ARG(got.reason));
	arena_free(arena);
}

static unsigned
queries(void)
{
	return server_udp_count(w.server) + server_tcp_count(w.server);
}

static void
stop(void)
{
	dns_close(w.dns);
	server_stop(w.server);
}

/*
 * So many questions reach the server.  A server that is kept waiting by a busy
 * machine is asked once more, but not each time.
 */
static void
expect_queries(unsigned count, const char *from, enum auth_result result,
	const char *reason)
{
	for (int i = 0; i < TRIES; i++) {
		if (w.server != NULL)
			stop();
		start();
		expect(from, result, reason);
		if (queries() <= count)
			break;
	}
	assert_int_equal(queries(), count);
}

/* ---- what a domain may cost ---- */

#define MANY_TERMS "more than 10 terms that ask the DNS"

/*
 * Every name includes ten more below it.  At depth five raw libspf2 has asked
 * 1,111,111 times.
 */
static void
an_endless_tree(void **state)
{
	(void)state;
	add_txt("*", "v=spf1 include:a.%{d} include:b.%{d} include:c.%{d}"
		" include:d.%{d} include:e.%{d} include:f.%{d}"
		" include:g.%{d} include:h.%{d} include:i.%{d}"
		" include:j.%{d} -all");
	expect_queries(1 + SPF_TERMS_MAX, "a@x.test", AUTH_PERMERROR,
		MANY_TERMS);
}

static void
a_ring_costs_one_question(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 include:x.test -all");
	add_txt("y.test", "v=spf1 redirect=Y.%{d1}");
	expect_queries(1, "a@x.test", AUTH_PERMERROR, MANY_TERMS);
	expect_queries(1, "a@y.test", AUTH_PERMERROR, MANY_TERMS);
}

/* The third void answer ends it: it cannot be known before it is there. */
static void
void_answers(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 a:n1.x a:n2.x mx:n3.x a:n4.x exists:n5.x"
		" a:n6.x +all");
	expect_queries(1 + SPF_VOIDS_MAX + 1, "a@x.test", AUTH_PERMERROR,
		"more than 2 terms without an answer");
}

static void
names_of_an_mx(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 mx -all");
	add_names("x.test", DNS_MX, "m%d.test", 11);
	add_txt("y.test", "v=spf1 mx -all");
	add_names("y.test", DNS_MX, "m%d.test", 10);
	expect_queries(2, "a@x.test", AUTH_PERMERROR,
		"more than 10 MX records");
	expect_queries(2 + 10, "a@y.test", AUTH_FAIL, "");
}

static void
names_of_the_client(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 ptr -all");
	add_names("1.2.0.192.in-addr.arpa", DNS_PTR, "p%d.test", 20);
	expect_queries(2 + SPF_NAMES_MAX, "a@x.test", AUTH_FAIL, "");
}

/* The most that ten terms can ask for. */
static void
the_worst_case(void **state)
{
	static const char *const owners[] = { "m0.x", "m1.x", "m2.x", "m3.x" };

	(void)state;
	add_txt("x.test", "v=spf1 mx:m0.x mx:m1.x mx:m2.x mx:m3.x ptr ptr ptr"
		" ptr ptr ptr -all");
	for (size_t i = 0; i < COUNT(owners); i++) {
		char target[20];

		snprintf(target, sizeof(target), "h%zu-%%d.x", i);
		add_names(owners[i], DNS_MX, target, 10);
	}
	add_names("1.2.0.192.in-addr.arpa", DNS_PTR, "p%d.test", 12);
	expect_queries(1 + 4 * (1 + 10) + 1 + 10, "a@x.test", AUTH_FAIL, "");
}

/* ---- large answers ---- */

/* Terms until there are size bytes, then the end. */
static struct str
long_record(struct arena *arena, size_t size, const char *end)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "v=spf1");
	for (unsigned i = 0; sb.n + 30 + strlen(end) < size; i++)
		sb_addf(&sb, " ip4:10.%u.%u.0/24", i / 256 % 256, i % 256);
	sb_addc(&sb, ' ');
	sb_addz(&sb, end);
	return sb_done(&sb);
}

static void
large_records(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	/* 65,535 bytes of message hold a little less of a record. */
	add("big.test", DNS_TXT, TCP_ONLY, txt_data(
		long_record(arena, 65000, "ip4:192.0.2.1 -all"), 255));
	add("no.test", DNS_TXT, TCP_ONLY, txt_data(
		long_record(arena, 60000, "-all"), 255));
	start();
	expect("a@big.test", AUTH_PASS, "");
	expect("a@no.test", AUTH_FAIL, "");
	assert_int_equal(server_tcp_count(w.server), 2);
	arena_free(arena);
}

static void
many_strings(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	add("x.test", DNS_TXT, TCP_ONLY, txt_data(
		long_record(arena, 1350, "ip4:192.0.2.1 -all"), 3));
	start();
	expect("a@x.test", AUTH_PASS, "");
	arena_free(arena);
}

/* ---- a server that is ill ---- */

static void
failures(void **state)
{
	(void)state;
	add("servfail.test", DNS_TXT, SERVFAIL, (struct str){ NULL, 0 });
	add("refused.test", DNS_TXT, REFUSED, (struct str){ NULL, 0 });
	add("formerr.test", DNS_TXT, FORMERR, (struct str){ NULL, 0 });
	add_txt("a.test", "v=spf1 a:servfail.test +all");
	add("servfail.test", DNS_A, SERVFAIL, (struct str){ NULL, 0 });
	add_txt("include.test", "v=spf1 include:refused.test +all");
	add_txt("exp.test", "v=spf1 -all exp=servfail.test");
	start();
	expect("a@servfail.test", AUTH_TEMPERROR, "FAILURE");
	expect("a@refused.test", AUTH_TEMPERROR, "FAILURE");
	expect("a@formerr.test", AUTH_TEMPERROR, "FAILURE");
	expect("a@a.test", AUTH_TEMPERROR, "DNS: FAILURE for servfail.test");
	expect("a@include.test", AUTH_TEMPERROR, "refused.test: FAILURE");
	/* Without its words a fail is a fail. */
	expect("a@exp.test", AUTH_FAIL, "");
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
expect_timeout(const char *from, long budget)
{
	struct arena *arena = arena_new(0);
	long begin = now_ms(), took;
	struct spf_answer got = check_in(arena, from, budget);

	took = now_ms() - begin;
	if (got.result != AUTH_TEMPERROR || took > budget + STALL)
		fail_msg("%s: %s after %ld ms", from,
			auth_result_text(got.result), took);
	arena_free(arena);
}

static void
silence(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 a -all");
	add("x.test", DNS_A, SILENT, (struct str){ NULL, 0 });
	add_txt("pass.test", "v=spf1 +all");
	start();
	expect_timeout("a@x.test", 300);
	expect("a@pass.test", AUTH_PASS, "");
}

/* One budget for all questions of a message, however slow each answer is. */
static void
slowness(void **state)
{
	(void)state;
	add_txt("x.test", "v=spf1 include:a.test -all");
	add_txt("a.test", "v=spf1 include:b.test -all");
	add_txt("b.test", "v=spf1 include:c.test -all");
	add_txt("c.test", "v=spf1 ip4:192.0.2.1 -all");
	start();
	server_set_delay(w.server, 250);
	expect_timeout("a@x.test", 400);
	server_set_delay(w.server, 0);
}

/* A server that comes back is heard again within seconds. */
static void
death_and_return(void **state)
{
	struct arena *arena = arena_new(0);
	enum auth_result result = AUTH_TEMPERROR;
	long begin;

	(void)state;
	add_txt("x.test", "v=spf1 +all");
	start();
	server_set_deaf(w.server, true);
	expect_timeout("a@x.test", 200);
	server_set_deaf(w.server, false);
	for (begin = now_ms(); result == AUTH_TEMPERROR &&
		now_ms() - begin < 30000; )
		result = check_in(arena, "a@x.test", 500).result;
	assert_int_equal(result, AUTH_PASS);
	arena_free(arena);
}

static void
chains_of_aliases(void **state)
{
	struct arena *arena = arena_new(0);
	enum auth_result result;

	(void)state;
	add("x.test", 5, CNAME, name_data(STR(""), "y.test"));
	add_txt("y.test", "v=spf1 +all");
	add("ring.test", 5, CNAME, name_data(STR(""), "ring2.test"));
	add("ring2.test", 5, CNAME, name_data(STR(""), "ring.test"));
	start();
	expect("a@x.test", AUTH_PASS, "");
	result = check_in(arena, "a@ring.test", BUDGET).result;
	assert_true(result == AUTH_TEMPERROR || result == AUTH_NONE);
	assert_true(queries() < 30);
	arena_free(arena);
}

static int
set_up(void **state)
{
	(void)state;
	w = (struct world){ .wire = malloc(WIRE_MAX) };
	return w.wire != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	stop();
	free(w.wire);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_endless_tree),
		TEST(a_ring_costs_one_question),
		TEST(void_answers),
		TEST(names_of_an_mx),
		TEST(names_of_the_client),
		TEST(the_worst_case),
		TEST(large_records),
		TEST(many_strings),
		TEST(failures),
		TEST(silence),
		TEST(slowness),
		TEST(death_and_return),
		TEST(chains_of_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
