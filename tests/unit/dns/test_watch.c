#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "dns/watch.h"
#include "unit/dns/fake_engine.h"

enum { LONG = 600000 /* milliseconds that are never waited out */ };

struct fixture {
	struct fake_maker maker;
	struct watch_limits limits;
	struct dns *dns;
	unsigned left; /* before */
};

static atomic_uint replaced, hopeless;

static void
listen_to(const char *text, bool no_hope)
{
	(void)text;
	atomic_fetch_add(no_hope ? &hopeless : &replaced, 1);
}

static int
setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){
		.maker = { .lock = PTHREAD_MUTEX_INITIALIZER },
		.limits = { .tick = 1, .patience = 3, .opening = LONG,
			.lost = LONG, .left = 1000 },
		.left = lines_left(),
	};
	atomic_store(&replaced, 0);
	atomic_store(&hopeless, 0);
	dns_listen(listen_to);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	dns_close(f->dns);
	dns_listen(NULL);
	assert_int_equal(f->maker.freed, f->dns != NULL);
	return 0;
}

/* With resolvers of these kinds, one after the other. */
static void
open_watch(struct fixture *f, unsigned count, const enum fake_kind kinds[])
{
	struct watch *watch;

	memcpy(f->maker.kinds, kinds, count * sizeof(kinds[0]));
	f->maker.kind_count = count;
	assert_int_equal(watch_new(&fake_engine, &f->maker, &f->limits,
		&watch), 0);
	assert_int_equal(dns_new(&watch_backend, watch, &dns_default_limits,
		&f->dns), 0);
}

#define OPEN(f, ...)                                                           \
	open_watch(f, sizeof((enum fake_kind[]){ __VA_ARGS__ }) /              \
			sizeof(enum fake_kind),                                \
		(enum fake_kind[]){ __VA_ARGS__ })

static enum dns_status
status_of(struct dns *dns, const char *name, long budget, bool *ret_starved)
{
	struct dns_scope scope = { dns, arena_new(0), budget, 0, false };
	enum dns_status status =
		dns_lookup(&scope, str_of(name), DNS_A)->status;

	if (ret_starved != NULL)
		*ret_starved = scope.starved;
	arena_free(scope.arena);
	return status;
}

static void
assert_found(const struct fixture *f, const char *name)
{
	assert_int_equal(status_of(f->dns, name, LONG, NULL), DNS_FOUND);
}

static void
test_answers(void **state)
{
	struct fixture *f = *state;

	OPEN(f, FAKE_ANSWERS);
	assert_found(f, "a.test");
	dns_close(f->dns);
	assert_int_equal(f->maker.closed, 1);
	assert_int_equal(f->maker.closed_mute, 0);
	assert_int_equal(f->maker.opened, 1);
	f->maker.freed = 0;
	f->dns = NULL;
}

/* Who waits gets his answer from the next. */
static void
test_mute(void **state)
{
	struct fixture *f = *state;

	OPEN(f, FAKE_MUTE, FAKE_ANSWERS);
	assert_found(f, "a.test");
	assert_found(f, "b.test");
	assert_int_equal(replaced, 1);
	assert_int_equal(f->maker.opened, 2);
	assert_int_equal(lines_left(), f->left);
}

static void
test_broken(void **state)
{
	struct fixture *f = *state;

	f->limits.patience = LONG;
	OPEN(f, FAKE_BREAKS, FAKE_ANSWERS);
	assert_found(f, "a.test");
	assert_int_equal(replaced, 1);
}

/* And so on: each is as good as the first. */
static void
test_mute_again(void **state)
{
	struct fixture *f = *state;

	OPEN(f, FAKE_MUTE, FAKE_BREAKS, FAKE_MUTE, FAKE_ANSWERS);
	assert_found(f, "a.test");
	assert_int_equal(replaced, 3);
	assert_int_equal(f->maker.opened, 4);
}

/* One that hangs may answer yet, even when all is gone. */
static void
test_left_behind(void **state)
{
	struct fixture *f = *state;

	f->maker.hangs = true;
	OPEN(f, FAKE_MUTE, FAKE_ANSWERS);
	assert_found(f, "a.test");
	dns_close(f->dns);
	f->dns = NULL;
	f->maker.freed = 0;
	assert_int_equal(lines_left(), f->left + 1);
	assert_true(f->maker.held_count > 1);
	fake_answer_held(&f->maker);
}

/* While there is none, questions fail as all that has no memory does. */
static void
test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool starved;

	OPEN(f, FAKE_MUTE, FAKE_NO_MEMORY, FAKE_NO_MEMORY, FAKE_NO_MEMORY,
		FAKE_ANSWERS);
	assert_int_equal(status_of(f->dns, "a.test", LONG, &starved),
		DNS_FAILURE);
	assert_true(starved);
	while (status_of(f->dns, "a.test", LONG, &starved) != DNS_FOUND)
		assert_true(starved);
	assert_int_equal(replaced, 1);
	assert_int_equal(f->maker.refused, 3);
}

/* The next one does not even begin. */
static void
test_deaf(void **state)
{
	struct fixture *f = *state;
	bool starved;

	f->limits.opening = 1;
	OPEN(f, FAKE_MUTE, FAKE_DEAF, FAKE_ANSWERS);
	while (status_of(f->dns, "a.test", LONG, &starved) != DNS_FOUND)
		assert_true(starved);
	assert_int_equal(f->maker.opened, 3);
}

static void
test_first_is_deaf(void **state)
{
	struct fixture *f = *state;
	struct watch *watch;

	f->maker.kinds[0] = FAKE_DEAF;
	f->maker.kind_count = 1;
	f->limits.opening = 1;
	assert_int_equal(watch_new(&fake_engine, &f->maker, &f->limits,
		&watch), ERR_NOMEM);
	assert_int_equal(f->maker.closed_mute, 1);
}

/* A name server that is slow or dead is nobody's fault here. */
static void
test_slow(void **state)
{
	struct fixture *f = *state;

	OPEN(f, FAKE_SLOW);
	assert_int_equal(status_of(f->dns, "a.test", 100, NULL), DNS_TIMEOUT);
	assert_int_equal(status_of(f->dns, "b.test", 100, NULL), DNS_TIMEOUT);
	assert_int_equal(replaced, 0);
	assert_int_equal(f->maker.opened, 1);
}

/* A question that one has lost fails; the next has the others' answers. */
static void
test_lost(void **state)
{
	struct fixture *f = *state;
	struct dns_scope scope = { NULL, arena_new(0), LONG, 0, false };
	struct dns_question *lost;

	f->limits.lost = 20;
	OPEN(f, FAKE_LOSES, FAKE_ANSWERS);
	scope.dns = f->dns;
	assert_int_equal(dns_ask(&scope, STR("lost.test"), DNS_A, &lost), 0);
	assert_found(f, "a.test");
	assert_int_equal(dns_await(&scope, lost)->status, DNS_FAILURE);
	assert_false(scope.starved);
	arena_free(scope.arena);
	/* A failure is kept for a while. */
	while (status_of(f->dns, "lost.test", LONG, NULL) != DNS_FOUND)
		usleep(10000);
	assert_int_equal(replaced, 1);
	dns_close(f->dns);
	f->dns = NULL;
	f->maker.freed = 0;
	assert_int_equal(f->maker.closed, 2);
	assert_int_equal(f->maker.closed_mute, 0);
}

static void
test_hopeless(void **state)
{
	struct fixture *f = *state;
	bool starved;

	f->maker.hangs = true;
	f->limits.left = f->left + 2;
	OPEN(f, FAKE_MUTE);
	assert_int_equal(status_of(f->dns, "a.test", LONG, &starved),
		DNS_FAILURE);
	assert_true(starved);
	while (atomic_load(&hopeless) == 0)
		usleep(1000);
	assert_int_equal(f->maker.opened, 3);
	assert_int_equal(status_of(f->dns, "b.test", LONG, &starved),
		DNS_FAILURE);
	assert_true(starved);
	assert_int_equal(replaced, 3);
	assert_int_equal(hopeless, 1);
}

/* Before anybody noticed. */
static void
test_close_mute(void **state)
{
	struct fixture *f = *state;

	f->limits.tick = LONG;
	f->maker.hangs = true;
	OPEN(f, FAKE_MUTE);
	assert_int_equal(status_of(f->dns, "a.test", 1, NULL), DNS_TIMEOUT);
	dns_close(f->dns);
	f->dns = NULL;
	f->maker.freed = 0;
	assert_int_equal(f->maker.closed_mute, 1);
	assert_int_equal(lines_left(), f->left + 1);
	fake_answer_held(&f->maker);
}

enum { WORKERS = 8, ROUNDS = 200 };

/* NULL when all is well; assertions belong to the main thread. */
static void *
work(void *dns)
{
	static atomic_uint count;
	char name[32];

	for (int i = 0; i < ROUNDS; i++) {
		enum dns_status status;
		bool starved;

		snprintf(name, sizeof(name), "n%u.test",
			atomic_fetch_add(&count, 1) % 50);
		status = status_of(dns, name, LONG, &starved);
		if (status != DNS_FOUND && !starved)
			return dns;
	}
	return NULL;
}

/* Under load each falls silent after some questions, and none is unanswered. */
static void
test_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[WORKERS];
	void *failed;

	f->maker.put_limit = 100;
	OPEN(f, FAKE_ANSWERS);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, work, f->dns);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_true(replaced > 0);
}

#define WITH_WATCH(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WATCH(test_answers),
		WITH_WATCH(test_mute),
		WITH_WATCH(test_broken),
		WITH_WATCH(test_mute_again),
		WITH_WATCH(test_left_behind),
		WITH_WATCH(test_no_memory),
		WITH_WATCH(test_deaf),
		WITH_WATCH(test_first_is_deaf),
		WITH_WATCH(test_slow),
		WITH_WATCH(test_lost),
		WITH_WATCH(test_hopeless),
		WITH_WATCH(test_close_mute),
		WITH_WATCH(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
