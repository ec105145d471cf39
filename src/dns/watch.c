#include "dns/watch.h"

#include "base/deadline.h"
#include "dns/cache.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	TRIAL = 8 << 20, /* bytes: as many as a new resolver may want */
};

const struct watch_limits watch_default_limits = {
	.tick = 1000,
	.patience = 5,
	.opening = 5000,
	.lost = 60000,
	.left = 32,
};

struct watch {
	const struct dns_engine *engine;
	void *maker;
	struct watch_limits limits;
	pthread_mutex_t lock;
	pthread_cond_t stopping;
	bool stop;
	struct line *line;     /* NULL: there is none now; with the lock */
	struct line *replaced; /* the watching thread's */
	bool gave_up;
	pthread_t thread;
};

static _Atomic(dns_listener *) listener;

void
dns_listen(dns_listener *to)
{
	atomic_store(&listener, to);
}

void
watch_tell(const char *text, bool hopeless)
{
	dns_listener *to = atomic_load(&listener);

	if (to != NULL)
		to(text, hopeless);
}

/* ---- putting questions --------------------------------------------------- */

static void
answer_starved(struct dns_question *question)
{
	const struct dns_reply reply = {
		.status = DNS_FAILURE,
		.starved = true,
	};

	dns_answered(question, &reply);
}

static struct line *
enter(struct watch *watch)
{
	struct line *line;

	pthread_mutex_lock(&watch->lock);
	line = watch->line;
	if (line != NULL)
		line->users++;
	pthread_mutex_unlock(&watch->lock);
	return line;
}

static void
leave(struct watch *watch, struct line *line)
{
	pthread_mutex_lock(&watch->lock);
	line->users--;
	pthread_mutex_unlock(&watch->lock);
}

static int
start(void *state, struct str name, enum dns_type type,
	struct dns_question *question)
{
	struct watch *watch = state;
	struct line *line = enter(watch);
	int rc;

	(void)name, (void)type; /* the question's */
	if (line == NULL)
		return ERR_NOMEM;
	rc = line_put(line, question);
	leave(watch, line);
	return rc;
}

/* ---- watching ------------------------------------------------------------ */

static bool
is_mute(const struct watch *watch, struct line *line)
{
	struct flight_state state = flight_look(&line->flight);

	if (state.broken)
		return true;
	if (!state.waiting || state.answers != line->answers) {
		line->answers = state.answers;
		line->silent = 0;
		return false;
	}
	/* Looks are counted, not time: when we stood still, so did it. */
	if (line->silent++ >= watch->limits.patience)
		return true;
	/* Another each time: an answer can be lost, too. */
	if (line_probe(line) == 0)
		line->silent--;
	return false;
}

/*
 * What it lost it does not even know to be lost, and others would wait with it.
 * The question fails: should it only be slow, it is no reason to go on so.
 */
static bool
has_lost(const struct watch *watch, struct line *line)
{
	const struct dns_reply reply = { .status = DNS_FAILURE };
	struct dns_question *question;

	if (flight_look(&line->flight).overdue <= watch->limits.lost)
		return false;
	question = flight_recall(&line->flight);
	if (question != NULL)
		dns_answered(question, &reply);
	return question != NULL;
}

static void
retire(struct watch *watch, bool mute)
{
	struct line *line = watch->line;

	line->mute = mute;
	if (mute)
		flight_break(&line->flight);
	pthread_mutex_lock(&watch->lock);
	watch->line = NULL;
	pthread_mutex_unlock(&watch->lock);
	line->next = watch->replaced;
	watch->replaced = line;
	watch_tell(mute ? "libunbound does not answer any more, perhaps "
			  "because memory failed inside it: it is replaced" :
			  "libunbound has lost a question, perhaps because "
			  "memory failed inside it: it is replaced",
		false);
}

/* Half-opened is how a library is least at ease: is memory back at all? */
static bool
has_memory(void)
{
	void *volatile trial = malloc(TRIAL);

	free(trial);
	return trial != NULL;
}

static void
renew(struct watch *watch)
{
	struct line *line;

	if (lines_left() >= watch->limits.left) {
		if (!watch->gave_up)
			watch_tell("libunbound was replaced too many times",
				true);
		watch->gave_up = true;
		return;
	}
	if (!has_memory() || line_open(watch->engine, watch->maker,
		watch->limits.opening, &line) < 0)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->line = line;
	pthread_mutex_unlock(&watch->lock);
}

/* Its questions go to the new one; those that cannot had no memory. */
static void
rescue(const struct watch *watch, struct line *line)
{
	struct line *to = watch->line;
	struct dns_question *question;

	while ((question = flight_recall(&line->flight)) != NULL) {
		if (to != NULL && line_put(to, question) == 0)
			continue;
		answer_starved(question);
		to = NULL; /* rather than to wait for each */
	}
}

static bool
has_users(struct watch *watch, const struct line *line)
{
	bool has;

	pthread_mutex_lock(&watch->lock);
	has = line->users > 0;
	pthread_mutex_unlock(&watch->lock);
	return has;
}

/* Those replaced: what came late is put again; those that nobody uses end. */
static void
clear(struct watch *watch)
{
	struct line **next = &watch->replaced;

	while (*next != NULL) {
		struct line *line = *next;
		bool used = has_users(watch, line);

		rescue(watch, line);
		if (used) {
			next = &line->next;
			continue;
		}
		*next = line->next;
		line_close(line, line->mute);
	}
}

static void
look(struct watch *watch)
{
	if (watch->line != NULL && is_mute(watch, watch->line))
		retire(watch, true);
	else if (watch->line != NULL && has_lost(watch, watch->line))
		retire(watch, false);
	if (watch->line == NULL)
		renew(watch);
	clear(watch);
}

/* A tick passed, and we are not to stop. */
static bool
pause_watch(struct watch *watch)
{
	struct timespec until = deadline_after(watch->limits.tick);
	bool stop;

	pthread_mutex_lock(&watch->lock);
	while (!watch->stop && pthread_cond_timedwait(&watch->stopping,
		&watch->lock, &until) != ETIMEDOUT)
		;
	stop = watch->stop;
	pthread_mutex_unlock(&watch->lock);
	return !stop;
}

static void *
run(void *arg)
{
	while (pause_watch(arg))
		look(arg);
	return NULL;
}

/* ---- from outside -------------------------------------------------------- */

static void
block_signals(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, old);
}

static void
free_watch(struct watch *watch)
{
	pthread_cond_destroy(&watch->stopping);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static void
watch_close(void *state)
{
	struct watch *watch = state;
	struct line *line;
	sigset_t old;

	block_signals(&old);
	pthread_mutex_lock(&watch->lock);
	watch->stop = true;
	pthread_cond_signal(&watch->stopping);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	if (watch->line != NULL)
		line_close(watch->line, false);
	while ((line = watch->replaced) != NULL) {
		watch->replaced = line->next;
		line_close(line, line->mute);
	}
	watch->engine->free_maker(watch->maker);
	free_watch(watch);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

const struct dns_backend watch_backend = {
	.start = start,
	.close = watch_close,
};

static struct watch *
alloc_watch(const struct dns_engine *engine, void *maker,
	const struct watch_limits *limits)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->engine = engine;
	watch->maker = maker;
	watch->limits = *limits;
	pthread_mutex_init(&watch->lock, NULL);
	deadline_init_cond(&watch->stopping);
	return watch;
}

int
watch_new(const struct dns_engine *engine, void *maker,
	const struct watch_limits *limits, struct watch **ret)
{
	struct watch *watch = alloc_watch(engine, maker, limits);
	sigset_t old;
	int rc;

	if (watch == NULL)
		return ERR_NOMEM;
	/* Signals are for the threads of others, not for those made here. */
	block_signals(&old);
	rc = line_open(engine, maker, limits->opening, &watch->line);
	if (rc == 0 && pthread_create(&watch->thread, NULL, run, watch) != 0) {
		line_close(watch->line, false);
		rc = ERR_NOMEM;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc < 0)
		free_watch(watch);
	else
		*ret = watch;
	return rc;
}
