#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "dns/cache.h"
#include "dns/flight.h"

enum { QUESTIONS = 200 };

struct fixture {
	struct cache *cache;
	struct dns_question *questions[QUESTIONS];
	struct flight flight;
};

static int
setup(void **state)
{
	static struct fixture f;
	char name[] = "000.test";
	bool fresh;

	f.cache = cache_new(&dns_default_limits);
	for (int i = 0; i < QUESTIONS; i++) {
		name[0] = (char)('0' + i / 100);
		name[1] = (char)('0' + i / 10 % 10);
		name[2] = (char)('0' + i % 10);
		f.questions[i] = cache_get(f.cache, str_of(name), DNS_MX,
			&fresh);
		assert_true(fresh);
	}
	flight_init(&f.flight);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	flight_destroy(&f->flight);
	for (int i = 0; i < QUESTIONS; i++)
		question_release(f->questions[i]);
	cache_free(f->cache);
	return 0;
}

static const struct dns_reply nodata = { .status = DNS_NODATA };

static struct ticket *
take(struct fixture *f, int i)
{
	struct ticket *ticket = flight_take(&f->flight, f->questions[i], 0);

	assert_non_null(ticket);
	return ticket;
}

static bool
is_answered(const struct fixture *f, int i)
{
	return atomic_load(&f->questions[i]->answered);
}

static void
test_answer(void **state)
{
	struct fixture *f = *state;
	struct ticket *ticket = take(f, 0);

	assert_true(str_eq(ticket->name, STR("000.test")));
	assert_int_equal(ticket->type, DNS_MX);
	assert_int_equal(ticket->number, 1);
	assert_true(flight_look(&f->flight).waiting);
	ticket_answered(ticket, &nodata);
	assert_true(is_answered(f, 0));
	assert_false(flight_look(&f->flight).waiting);
	assert_int_equal(flight_look(&f->flight).answers, 1);
}

/* In any order, and those that stay are none the worse. */
static void
test_order(void **state)
{
	static const int order[] = { 2, 0, 4, 3, 1 };
	struct fixture *f = *state;
	struct ticket *tickets[5];

	for (int i = 0; i < 5; i++)
		tickets[i] = take(f, i);
	for (int i = 0; i < 5; i++) {
		ticket_answered(tickets[order[i]], &nodata);
		assert_true(is_answered(f, order[i]));
		assert_int_equal(flight_look(&f->flight).waiting, i < 4);
	}
}

/* Taken back, the oldest first, a question is not answered by its ticket. */
static void
test_recall(void **state)
{
	struct fixture *f = *state;
	struct ticket *tickets[4];

	for (int i = 0; i < 4; i++)
		tickets[i] = take(f, i);
	ticket_answered(tickets[1], &nodata);
	assert_ptr_equal(flight_recall(&f->flight), f->questions[0]);
	assert_ptr_equal(flight_recall(&f->flight), f->questions[2]);
	assert_ptr_equal(flight_recall(&f->flight), f->questions[3]);
	assert_null(flight_recall(&f->flight));
	assert_false(flight_look(&f->flight).waiting);
	/* From the middle, the end and the beginning of those recalled. */
	ticket_answered(tickets[2], &nodata);
	assert_null(ticket_drop(tickets[0]));
	ticket_answered(tickets[3], &nodata);
	assert_false(is_answered(f, 0) || is_answered(f, 2) ||
		is_answered(f, 3));
}

/* One waits while a name server answers what was put later. */
static void
test_overdue(void **state)
{
	static const struct dns_reply failure = { .status = DNS_FAILURE };
	struct fixture *f = *state;
	struct ticket *first = take(f, 0), *second = take(f, 1);
	struct ticket *third = take(f, 2), *fourth = take(f, 3);
	struct ticket *probe = flight_take_probe(&f->flight);

	usleep(20000);
	ticket_answered(first, &nodata);
	ticket_answered(third, &failure);
	ticket_answered(probe, &nodata);
	assert_int_equal(flight_look(&f->flight).overdue, 0);
	ticket_answered(fourth, &nodata);
	assert_true(flight_look(&f->flight).overdue >= 20);
	ticket_answered(second, &nodata);
	assert_int_equal(flight_look(&f->flight).overdue, 0);
}

/* A probe is nobody's question. */
static void
test_probe(void **state)
{
	struct fixture *f = *state;
	struct ticket *probe = flight_take_probe(&f->flight);

	assert_true(str_eq(probe->name, STR("localhost")));
	(void)take(f, 0);
	flight_clear(&f->flight);
	assert_false(flight_look(&f->flight).waiting);
	ticket_answered(probe, &nodata);
	assert_int_equal(flight_look(&f->flight).answers, 1);
}

static void
test_drop(void **state)
{
	struct fixture *f = *state;

	/* What was not put is not waited for. */
	for (int i = 0; i < 2 * FLIGHT_UNREAD; i++)
		assert_ptr_equal(ticket_drop(take(f, i)), f->questions[i]);
	assert_false(flight_look(&f->flight).waiting);
	assert_false(is_answered(f, 0));
}

/* Until it is heard to have read some, it takes no more than so many. */
static void
test_unread(void **state)
{
	struct fixture *f = *state;
	struct ticket *tickets[FLIGHT_UNREAD];
	unsigned wants = 0;

	for (int i = 0; i < FLIGHT_UNREAD; i++) {
		tickets[i] = take(f, i);
		wants += tickets[i]->wants_probe;
	}
	assert_int_equal(wants, FLIGHT_UNREAD / FLIGHT_PROBE);
	assert_null(flight_take(&f->flight, f->questions[100], 10));
	/* The third was read, and so the first two: there is room for three. */
	ticket_answered(tickets[2], &nodata);
	for (int i = 100; i < 103; i++)
		(void)take(f, i);
	assert_null(flight_take(&f->flight, f->questions[103], 10));
	/* An earlier one says nothing new. */
	ticket_answered(tickets[0], &nodata);
	assert_null(flight_take(&f->flight, f->questions[103], 10));
}

static void *
answer_late(void *ticket)
{
	usleep(20000);
	ticket_answered(ticket, &nodata);
	return NULL;
}

static void
test_wait(void **state)
{
	struct fixture *f = *state;
	struct ticket *first = take(f, 0), *second = take(f, 1);
	uint64_t number = second->number;
	pthread_t thread;

	assert_false(flight_wait(&f->flight, number, 10));
	ticket_answered(first, &nodata);
	assert_false(flight_wait(&f->flight, number, 10));
	pthread_create(&thread, NULL, answer_late, second);
	assert_true(flight_wait(&f->flight, number, 60000));
	pthread_join(thread, NULL);
	assert_true(flight_wait(&f->flight, number, 0));
}

static void *
break_late(void *flight)
{
	usleep(20000);
	flight_break(flight);
	return NULL;
}

/* Nobody waits for one that is known to be beyond help. */
static void
test_broken(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;

	(void)take(f, 0);
	pthread_create(&thread, NULL, break_late, &f->flight);
	assert_false(flight_wait(&f->flight, 1, 600000));
	pthread_join(thread, NULL);
	assert_true(flight_look(&f->flight).broken);
	assert_null(flight_take(&f->flight, f->questions[1], 600000));
}

#define WITH_FLIGHT(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FLIGHT(test_answer),
		WITH_FLIGHT(test_order),
		WITH_FLIGHT(test_recall),
		WITH_FLIGHT(test_overdue),
		WITH_FLIGHT(test_probe),
		WITH_FLIGHT(test_drop),
		WITH_FLIGHT(test_unread),
		WITH_FLIGHT(test_wait),
		WITH_FLIGHT(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
