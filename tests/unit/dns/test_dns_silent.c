/*
 * libunbound, as memory that fails inside it leaves it.  No memory has to fail
 * for that: what it leads to is bytes in a pipe that are not what they seem.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns/dns.h"
#include "dns/line.h"
#include "unit/dns/name_server.h"

#define DATA(literal) literal, sizeof(literal) - 1

static const struct server_record table[] = {
	{ "a.test", DNS_A, ANSWER, 0, DATA("\300\0\2\1") },
	{ NULL, 0, 0, 0, NULL, 0 },
};

enum { PIPES = 4, LONG = 600000 /* milliseconds; never waited out */ };

/*
 * The ends of the library's two pipes, in the order in which it opens them:
 * what its thread reads questions from, what they are written to; what we read
 * answers from, what it writes them to.
 */
enum { ASKED, ASK, ANSWERS, ANSWERED };

static bool
is_pipe(int fd)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
		domain == AF_UNIX;
}

static struct dns *
open_with_pipes(unsigned port, int pipes[PIPES])
{
	char text[32];
	struct str item;
	struct dns_options options = { { &item, 1 }, NULL };
	bool before[64];
	struct dns *dns = NULL;
	int found = 0;

	snprintf(text, sizeof(text), "127.0.0.1@%u", port);
	item = str_of(text);
	for (int fd = 0; fd < 64; fd++)
		before[fd] = is_pipe(fd);
	assert_int_equal(dns_open(&options, &dns), 0);
	for (int fd = 0; fd < 64 && found < PIPES; fd++)
		if (!before[fd] && is_pipe(fd))
			pipes[found++] = fd;
	assert_int_equal(found, PIPES);
	return dns;
}

static atomic_uint told;

static void
count_told(const char *text, bool hopeless)
{
	assert_non_null(text);
	assert_false(hopeless);
	atomic_fetch_add(&told, 1);
}

/* What is written to one of the ends. */
struct damage {
	int end;
	const char *bytes;
	size_t count;
};

static enum dns_status
ask(struct dns *dns)
{
	struct dns_scope scope = { dns, arena_new(0), LONG, 0, false };
	enum dns_status status = dns_lookup(&scope, STR("a.test"),
		DNS_A)->status;

	arena_free(scope.arena);
	return status;
}

static void
test_damage(const struct damage *damage, unsigned left)
{
	struct server *server = server_start(table, 0);
	int pipes[PIPES];
	struct dns *dns = open_with_pipes(server_port(server), pipes);
	unsigned before = lines_left();

	atomic_store(&told, 0);
	dns_listen(count_told);
	assert_int_equal(ask(dns), DNS_FOUND);
	assert_int_equal(write(pipes[damage->end], damage->bytes,
		damage->count), damage->count);
	/* It may be without memory while it has no resolver, but no longer. */
	while (ask(dns) != DNS_FOUND)
		usleep(10000);
	assert_int_equal(ask(dns), DNS_FOUND);
	assert_int_equal(atomic_load(&told), 1);
	dns_close(dns);
	assert_int_equal(lines_left() - before, left);
	dns_listen(NULL);
	server_stop(server);
}

/*
 * Without memory for a question the library's thread takes its first bytes,
 * the number 1, for the length of the next: 16 MB.
 */
static void
test_waits_for_megabytes(void **state)
{
	static const struct damage damage = { ASK, DATA("\0\0\0\1") };

	(void)state;
	test_damage(&damage, 1);
}

/* In a stream that is out of step, a short one is the order to end. */
static void
test_ends(void **state)
{
	static const struct damage damage = { ASK,
		DATA("\4\0\0\0\0\0\0\0") };

	(void)state;
	test_damage(&damage, 1);
}

/* An answer (3), of a length that we have no memory for. */
static void
test_half_read(void **state)
{
	static const struct damage damage = { ANSWERED,
		DATA("\377\377\377\377\0\0\0\3") };

	(void)state;
	test_damage(&damage, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_for_megabytes),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_half_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
