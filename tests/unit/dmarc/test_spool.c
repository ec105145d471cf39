/* The spool: threads, waiting, and a disk that does not answer. */
#include "unit/dmarc/directory.h"
#include "unit/dmarc/hour.h"

#include "dmarc/spool.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>

/* Seconds: a busy machine may take its time, what hangs takes longer. */
enum { PATIENCE = 30 };

/* A disk that hangs while this is locked. */
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;
static atomic_int syncs;

/* These stand before those of the C library. */
ssize_t
write(int fd, const void *p, size_t n)
{
	pthread_mutex_lock(&disk);
	pthread_mutex_unlock(&disk);
	return syscall(SYS_write, fd, p, n);
}

int
fdatasync(int fd)
{
	pthread_mutex_lock(&disk);
	pthread_mutex_unlock(&disk);
	atomic_fetch_add(&syncs, 1);
	return (int)syscall(SYS_fdatasync, fd);
}

struct test {
	struct directory directory;
	struct arena *arena;
	struct spool *spool;
};

static struct spool_counts counts;

static void
open_test(struct test *t)
{
	directory_make(&t->directory);
	t->arena = arena_new(0);
	atomic_store(&counts.written, 0);
	atomic_store(&counts.lost, 0);
	atomic_store(&counts.error, 0);
	assert_int_equal(spool_open(t->arena, t->directory.path, &counts,
		&t->spool), 0);
}

static void
close_test(struct test *t)
{
	directory_remove(&t->directory);
	arena_free(t->arena);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of this process. */
static unsigned
threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
nothing_without_a_line(void **state)
{
	struct test t;

	(void)state;
	open_test(&t);
	assert_string_equal(directory_file(&t.directory), "");
	close_test(&t);
}

static void
lines(void **state)
{
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(spool_append(t.spool, STR("one"), 5000),
		SPOOL_WRITTEN);
	assert_string_equal(directory_text(&t.directory, t.arena), "one\n");
	assert_int_equal(spool_append(t.spool, STR("two"), 5000),
		SPOOL_WRITTEN);
	assert_string_equal(directory_text(&t.directory, t.arena),
		"one\ntwo\n");
	assert_int_equal(atomic_load(&counts.written), 2);
	assert_int_equal(atomic_load(&counts.lost), 0);
	close_test(&t);
}

static void
what_is_not_waited_for_is_written_before_the_end(void **state)
{
	struct arena *arena = arena_new(0);
	struct test t;

	(void)state;
	open_test(&t);
	for (int i = 0; i < 100; i++)
		assert_int_equal(spool_append(t.spool, STR("x"), 0),
			SPOOL_LATE);
	arena_free(t.arena);
	assert_int_equal(strlen(directory_text(&t.directory, arena)), 200);
	assert_int_equal(atomic_load(&counts.written), 100);
	t.arena = arena;
	close_test(&t);
}

static void
synced_within_a_second(void **state)
{
	struct test t;
	double start = now();

	(void)state;
	open_test(&t);
	atomic_store(&syncs, 0);
	assert_int_equal(spool_append(t.spool, STR("one"), 5000),
		SPOOL_WRITTEN);
	while (atomic_load(&syncs) == 0 && now() - start < PATIENCE)
		usleep(20000);
	assert_int_equal(atomic_load(&syncs), 1);
	close_test(&t);
}

static void
what_cannot_be_written_is_lost(void **state)
{
	struct test t;

	(void)state;
	open_test(&t);
	assert_int_equal(rmdir(t.directory.path), 0);
	assert_int_equal(spool_append(t.spool, STR("one"), 5000), SPOOL_LOST);
	assert_int_equal(atomic_load(&counts.lost), 1);
	assert_int_equal(atomic_load(&counts.error), ENOENT);
	assert_int_equal(mkdir(t.directory.path, 0700), 0);
	assert_int_equal(spool_append(t.spool, STR("two"), 5000),
		SPOOL_WRITTEN);
	assert_string_equal(directory_text(&t.directory, t.arena), "two\n");
	close_test(&t);
}

/* One waits its time out, the rest do not wait; later all is written. */
static void
a_disk_that_hangs(void **state)
{
	struct test t;
	double start;

	(void)state;
	open_test(&t);
	pthread_mutex_lock(&disk);
	start = now();
	assert_int_equal(spool_append(t.spool, STR("one"), 300), SPOOL_LATE);
	assert_true(now() - start > 0.25 && now() - start < PATIENCE);
	start = now();
	for (int i = 0; i < 50; i++)
		assert_int_equal(spool_append(t.spool, STR("more"), 60000),
			SPOOL_LATE);
	assert_true(now() - start < PATIENCE);
	pthread_mutex_unlock(&disk);
	while (atomic_load(&counts.written) < 51)
		usleep(1000);
	assert_int_equal(spool_append(t.spool, STR("last"), 5000),
		SPOOL_WRITTEN);
	assert_int_equal(strlen(directory_text(&t.directory, t.arena)),
		4 + 51 * 5);
	close_test(&t);
}

/* What waits for a disk is bounded. */
static void
a_disk_that_hangs_for_long(void **state)
{
	static char line[1024 * 1024];
	unsigned late = 0;
	struct test t;

	(void)state;
	memset(line, 'x', sizeof(line));
	open_test(&t);
	pthread_mutex_lock(&disk);
	while (spool_append(t.spool, (struct str){ line, sizeof(line) }, 0) ==
		SPOOL_LATE)
		late++;
	assert_in_range(late, 10, 20);
	assert_int_equal(atomic_load(&counts.lost), 1);
	pthread_mutex_unlock(&disk);
	while (atomic_load(&counts.written) < late)
		usleep(1000);
	close_test(&t);
}

/* Ending does not wait for ever; what is left goes on by itself. */
static void
an_end_while_it_hangs(void **state)
{
	struct arena *arena = arena_new(0);
	unsigned before = threads();
	struct test t;
	double start;

	(void)state;
	open_test(&t);
	pthread_mutex_lock(&disk);
	assert_int_equal(spool_append(t.spool, STR("one"), 0), SPOOL_LATE);
	start = now();
	arena_free(t.arena);
	assert_true(now() - start < PATIENCE);
	pthread_mutex_unlock(&disk);
	while (atomic_load(&counts.written) < 1)
		usleep(1000);
	assert_string_equal(directory_text(&t.directory, arena), "one\n");
	while (threads() > before) /* they end by themselves */
		usleep(1000);
	t.arena = arena;
	close_test(&t);
}

enum { THREADS = 16, EACH = 200 };

static void *
append_many(void *arg)
{
	struct test *t = arg;

	for (int i = 0; i < EACH; i++)
		if (spool_append(t->spool, STR("0123456789"), 20000) !=
			SPOOL_WRITTEN)
			return t;
	return NULL;
}

static void
many_at_once(void **state)
{
	pthread_t threads[THREADS];
	struct test t;
	const char *text;
	void *failed;

	(void)state;
	open_test(&t);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
			append_many, &t), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	text = directory_text(&t.directory, t.arena);
	for (int i = 0; i < THREADS * EACH; i++)
		assert_memory_equal(text + i * 11, "0123456789\n", 11);
	assert_int_equal(strlen(text), THREADS * EACH * 11);
	close_test(&t);
}

static void
out_of_memory(void **state)
{
	struct arena *arena = arena_new(1);
	struct spool *spool;

	(void)state;
	assert_int_equal(spool_open(arena, "/tmp", &counts, &spool),
		ERR_NOMEM);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_without_a_line),
		cmocka_unit_test(lines),
		cmocka_unit_test(
			what_is_not_waited_for_is_written_before_the_end),
		cmocka_unit_test(synced_within_a_second),
		cmocka_unit_test(what_cannot_be_written_is_lost),
		cmocka_unit_test(a_disk_that_hangs),
		cmocka_unit_test(a_disk_that_hangs_for_long),
		cmocka_unit_test(an_end_while_it_hangs),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
