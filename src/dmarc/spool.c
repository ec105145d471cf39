#include "dmarc/spool.h"

#include "base/deadline.h"
#include "dmarc/hourfile.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
	SYNC_INTERVAL = 1000, /* milliseconds */
	CLOSE_WAIT = 3000,
	QUEUE_MAX = 16 * 1024 * 1024, /* bytes that wait for a disk */
};

/* A line on its way; freed by whoever lets go of it last. */
struct entry {
	struct entry *next;
	pthread_cond_t done;
	bool waited_for, finished;
	int error; /* errno; 0: written */
	size_t n;
	char text[]; /* room for a line end before and behind */
};

struct spool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* for the writer: a line, or the end */
	pthread_cond_t ending; /* for the syncer and for close */
	struct hourfile file;
	struct spool_counts *counts;
	struct entry *first, **last;
	size_t queued; /* bytes */
	bool started, ended, hangs;
	bool abandoned; /* at the end: nobody waits for the threads */
	unsigned threads; /* that still run */
};

static void
free_entry(struct entry *e)
{
	pthread_cond_destroy(&e->done);
	free(e);
}

static struct entry *
new_entry(struct str line, bool waited_for)
{
	struct entry *e = calloc(1, sizeof(*e) + line.n + 2);

	if (e == NULL)
		return NULL;
	deadline_init_cond(&e->done);
	e->waited_for = waited_for;
	e->n = line.n + 2;
	e->text[0] = '\n';
	memcpy(e->text + 1, line.p, line.n);
	e->text[line.n + 1] = '\n';
	return e;
}

static void
count(struct spool_counts *counts, int error)
{
	if (error == 0) {
		atomic_fetch_add(&counts->written, 1);
		return;
	}
	atomic_store(&counts->error, error);
	atomic_fetch_add(&counts->lost, 1);
}

/* The first line of the queue, written with the lock let go. */
static void
write_first(struct spool *s)
{
	struct entry *e = s->first;
	int error;

	s->first = e->next;
	if (s->first == NULL)
		s->last = &s->first;
	pthread_mutex_unlock(&s->lock);
	error = hourfile_write(&s->file, e->text, e->n);
	count(s->counts, error);
	pthread_mutex_lock(&s->lock);
	s->queued -= e->n;
	s->hangs = false;
	e->error = error;
	e->finished = true;
	if (e->waited_for)
		pthread_cond_signal(&e->done);
	else
		free_entry(e);
}

static void
destroy(struct spool *s)
{
	hourfile_sync(&s->file);
	hourfile_close(&s->file);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->ending);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A thread ends; the last one of a spool that hung cleans up. */
static void
leave(struct spool *s)
{
	bool last = --s->threads == 0 && s->abandoned;

	pthread_cond_broadcast(&s->ending);
	pthread_mutex_unlock(&s->lock);
	if (last)
		destroy(s);
}

static void *
run_writer(void *arg)
{
	struct spool *s = arg;

	pthread_mutex_lock(&s->lock);
	while (s->first != NULL || !s->ended) {
		if (s->first != NULL)
			write_first(s);
		else
			pthread_cond_wait(&s->work, &s->lock);
	}
	leave(s);
	return NULL;
}

static void *
run_syncer(void *arg)
{
	struct spool *s = arg;
	bool ended;

	pthread_mutex_lock(&s->lock);
	do {
		struct timespec then = deadline_after(SYNC_INTERVAL);
		int error;

		ended = s->ended;
		if (!ended)
			pthread_cond_timedwait(&s->ending, &s->lock, &then);
		pthread_mutex_unlock(&s->lock);
		error = hourfile_sync(&s->file);
		if (error != 0)
			atomic_store(&s->counts->error, error);
		pthread_mutex_lock(&s->lock);
	} while (!ended);
	leave(s);
	return NULL;
}

static bool
start_thread(struct spool *s, void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, s) != 0)
		return false;
	pthread_detach(thread);
	s->threads++;
	return true;
}

/* At the first line, so that a mere look at the configuration starts none. */
static bool
start(struct spool *s)
{
	if (!s->started && start_thread(s, run_writer)) {
		s->started = true;
		/* Without a syncer the kernel writes back when it sees fit. */
		start_thread(s, run_syncer);
	}
	return s->started;
}

static void
enqueue(struct spool *s, struct entry *e)
{
	*s->last = e;
	s->last = &e->next;
	s->queued += e->n;
}

/* With the lock.  The entry is given up afterwards. */
static enum spool_status
wait_for(struct spool *s, struct entry *e, long wait)
{
	struct timespec then = deadline_after(wait);
	enum spool_status status;

	while (!e->finished && !s->hangs)
		if (pthread_cond_timedwait(&e->done, &s->lock, &then) ==
			ETIMEDOUT && !e->finished)
			s->hangs = true;
	e->waited_for = false;
	if (!e->finished)
		return SPOOL_LATE;
	status = e->error == 0 ? SPOOL_WRITTEN : SPOOL_LOST;
	free_entry(e);
	return status;
}

enum spool_status
spool_append(struct spool *s, struct str line, long wait)
{
	struct entry *e = new_entry(line, wait > 0);
	enum spool_status status;

	if (e == NULL) {
		count(s->counts, ENOMEM);
		return SPOOL_LOST;
	}
	pthread_mutex_lock(&s->lock);
	if (s->queued + e->n > QUEUE_MAX || !start(s)) {
		pthread_mutex_unlock(&s->lock);
		free_entry(e);
		count(s->counts, EAGAIN);
		return SPOOL_LOST;
	}
	enqueue(s, e);
	pthread_mutex_unlock(&s->lock);
	/* Now, so that the writer does not wake up to find the lock taken; and
	 * when we have it again, the line may well be written. */
	pthread_cond_signal(&s->work);
	if (wait <= 0)
		return SPOOL_LATE;
	pthread_mutex_lock(&s->lock);
	status = wait_for(s, e, wait);
	pthread_mutex_unlock(&s->lock);
	return status;
}

/* One that hangs is left to its threads: better than to wait with it. */
static void
close_spool(void *arg)
{
	struct spool *s = arg;
	struct timespec then = deadline_after(CLOSE_WAIT);
	bool gone;

	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_signal(&s->work);
	pthread_cond_broadcast(&s->ending);
	while (s->threads > 0 && pthread_cond_timedwait(&s->ending, &s->lock,
		&then) != ETIMEDOUT)
		;
	gone = s->threads == 0;
	s->abandoned = !gone;
	pthread_mutex_unlock(&s->lock);
	if (gone)
		destroy(s);
}

int
spool_open(struct arena *arena, const char *directory,
	struct spool_counts *counts, struct spool **ret)
{
	struct spool *s = calloc(1, sizeof(*s));
	int err;

	if (s == NULL)
		return ERR_NOMEM;
	if (hourfile_init(&s->file, directory) < 0) {
		free(s);
		return ERR_NOMEM;
	}
	pthread_mutex_init(&s->lock, NULL);
	deadline_init_cond(&s->work);
	deadline_init_cond(&s->ending);
	s->counts = counts;
	s->last = &s->first;
	err = arena_defer(arena, close_spool, s);
	if (err == 0)
		*ret = s;
	return err;
}
