#include "unit/base/check.h"

#include "milter/signals.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Each row runs in a process of its own: the state of signals is one. */
#define FAIL_UNLESS(condition) do {		\
		if (!(condition))		\
			return __LINE__ % 256;	\
	} while (0)

static int
reloads(void *arg)
{
	(void)arg;
	signals_block();
	FAIL_UNLESS(signals_init() == 0);
	FAIL_UNLESS(signals_wait(0) == SIGNAL_NONE);
	/* Blocked, a signal waits. */
	kill(getpid(), SIGHUP);
	FAIL_UNLESS(signals_wait(0) == SIGNAL_NONE);
	signals_unblock();
	FAIL_UNLESS(signals_wait(1000) == SIGNAL_RELOAD);
	FAIL_UNLESS(signals_wait(0) == SIGNAL_NONE);
	/* Several before anybody looked are one. */
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGHUP);
	FAIL_UNLESS(signals_wait(1000) == SIGNAL_RELOAD);
	FAIL_UNLESS(signals_wait(0) == SIGNAL_NONE);
	return 0;
}

static int
stops(void *arg)
{
	FAIL_UNLESS(signals_init() == 0);
	/* Whatever came before: to stop is more urgent, and stays. */
	kill(getpid(), SIGHUP);
	kill(getpid(), *(int *)arg);
	FAIL_UNLESS(signals_wait(1000) == SIGNAL_STOP);
	FAIL_UNLESS(signals_wait(1000) == SIGNAL_STOP);
	return 0;
}

static int
ignored(void *arg)
{
	FAIL_UNLESS(signals_init() == 0);
	kill(getpid(), *(int *)arg);
	FAIL_UNLESS(signals_wait(10) == SIGNAL_NONE);
	return 0;
}

static atomic_bool taken;

static void *
take(void *arg)
{
	int number;

	sigwait(arg, &number);
	taken = true;
	return NULL;
}

/* As libmilter's thread would: it must not get any, whoever else is busy. */
static int
nobody_else_takes(void *arg)
{
	const struct timespec moment = { 0, 50 * 1000000 };
	pthread_t thread;
	sigset_t set;

	(void)arg;
	/* It is what a shared library finds, too. */
	FAIL_UNLESS(dlsym(RTLD_DEFAULT, "sigwait") == (void *)sigwait);
	signals_block();
	FAIL_UNLESS(signals_init() == 0);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	FAIL_UNLESS(pthread_create(&thread, NULL, take, &set) == 0);
	kill(getpid(), SIGHUP);
	nanosleep(&moment, NULL);
	FAIL_UNLESS(!taken);
	signals_unblock();
	FAIL_UNLESS(signals_wait(1000) == SIGNAL_RELOAD);
	return 0;
}

static void *
ask_to_stop(void *arg)
{
	const struct timespec moment = { 0, 20 * 1000000 };

	(void)arg;
	nanosleep(&moment, NULL);
	signals_stop();
	return NULL;
}

/* A thread that ends wakes the one that waits. */
static int
stopped_by_a_thread(void *arg)
{
	pthread_t thread;

	(void)arg;
	FAIL_UNLESS(signals_init() == 0);
	FAIL_UNLESS(pthread_create(&thread, NULL, ask_to_stop, NULL) == 0);
	FAIL_UNLESS(signals_wait(9000) == SIGNAL_STOP);
	pthread_join(thread, NULL);
	return 0;
}

static void *
wait_for_interrupt(void *arg)
{
	const struct timespec long_time = { 8, 0 };

	(void)arg;
	return nanosleep(&long_time, NULL) < 0 ? NULL : arg;
}

/* The interrupt ends a system call and is no event. */
static int
interrupts(void *arg)
{
	const struct timespec moment = { 0, 50 * 1000000 };
	pthread_t thread;
	void *slept;
	int dummy;

	(void)arg;
	FAIL_UNLESS(signals_init() == 0);
	FAIL_UNLESS(pthread_create(&thread, NULL, wait_for_interrupt,
		&dummy) == 0);
	nanosleep(&moment, NULL);
	pthread_kill(thread, signals_interrupt());
	pthread_join(thread, &slept);
	FAIL_UNLESS(slept == NULL);
	FAIL_UNLESS(signals_wait(0) == SIGNAL_NONE);
	return 0;
}

static void
events(void **state)
{
	static int term = SIGTERM, intr = SIGINT, pipe_broken = SIGPIPE;
	static const struct {
		int (*fn)(void *);
		int *arg;
	} rows[] = { { reloads, NULL }, { stops, &term }, { stops, &intr },
		{ ignored, &pipe_broken }, { stopped_by_a_thread, NULL },
		{ interrupts, NULL }, { nobody_else_takes, NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int status = in_child(rows[i].fn, rows[i].arg, 10);

		if (status != 0)
			fail_msg("row %zu: line %d (or signal)", i, status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
