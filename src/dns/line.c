#include "dns/line.h"

#include <stdlib.h>

enum {
	PATIENCE = 1000, /* milliseconds for room to put one more question */
	FAREWELL = 2000, /* for a last sign of life of one that is closed */
};

/* What is left behind may still be used by its threads: nobody frees it. */
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static struct line *left;
static unsigned left_count;

static void
leave_behind(struct line *line)
{
	pthread_mutex_lock(&left_lock);
	line->next = left;
	left = line;
	left_count++;
	pthread_mutex_unlock(&left_lock);
}

unsigned
lines_left(void)
{
	unsigned count;

	pthread_mutex_lock(&left_lock);
	count = left_count;
	pthread_mutex_unlock(&left_lock);
	return count;
}

/* ---- putting questions --------------------------------------------------- */

uint64_t
line_probe(struct line *line)
{
	struct ticket *ticket = flight_take_probe(&line->flight);
	uint64_t number;

	if (ticket == NULL)
		return 0;
	number = ticket->number;
	if (line->engine->put(line->resolver, ticket) == 0)
		return number;
	ticket_drop(ticket);
	return 0;
}

int
line_put(struct line *line, struct dns_question *question)
{
	struct ticket *ticket = flight_take(&line->flight, question, PATIENCE);
	bool wants_probe;
	int rc;

	if (ticket == NULL)
		return ERR_NOMEM;
	wants_probe = ticket->wants_probe;
	rc = line->engine->put(line->resolver, ticket);
	/* If somebody took it back meanwhile, it is his to answer. */
	if (rc < 0 && ticket_drop(ticket) == NULL)
		rc = 0;
	if (wants_probe)
		line_probe(line);
	return rc;
}

/* ---- opening and closing ------------------------------------------------- */

static void
free_line(struct line *line)
{
	flight_destroy(&line->flight);
	free(line);
}

void
line_close(struct line *line, bool mute)
{
	uint64_t number = mute ? 0 : line_probe(line);

	/* One that answers can be closed. */
	mute = number == 0 || !flight_wait(&line->flight, number, FAREWELL);
	flight_clear(&line->flight);
	if (line->engine->close(line->resolver, mute))
		free_line(line);
	else
		leave_behind(line);
}

static int
open_resolver(struct line *line, void *maker, uint64_t *ret_first)
{
	struct ticket *first = flight_take_probe(&line->flight);

	if (first == NULL)
		return ERR_NOMEM;
	*ret_first = first->number;
	return line->engine->open(maker, first, &line->resolver);
}

int
line_open(const struct dns_engine *engine, void *maker, long milliseconds,
	struct line **ret)
{
	struct line *line = calloc(1, sizeof(*line));
	uint64_t first;
	int rc;

	if (line == NULL)
		return ERR_NOMEM;
	line->engine = engine;
	flight_init(&line->flight);
	rc = open_resolver(line, maker, &first);
	if (rc < 0) {
		free_line(line);
		return rc;
	}
	if (!flight_wait(&line->flight, first, milliseconds)) {
		line_close(line, true);
		return ERR_NOMEM;
	}
	*ret = line;
	return 0;
}
