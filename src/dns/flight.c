#include "dns/flight.h"

#include "base/deadline.h"
#include "dns/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
flight_init(struct flight *flight)
{
	*flight = (struct flight){ .put = 0 };
	pthread_mutex_init(&flight->lock, NULL);
	deadline_init_cond(&flight->moved);
	deadline_init_cond(&flight->room);
}

static void
free_tickets(struct ticket *newest)
{
	struct ticket *older;

	for (; newest != NULL; newest = older) {
		older = newest->older;
		free(newest);
	}
}

void
flight_destroy(struct flight *flight)
{
	free_tickets(flight->newest);
	free_tickets(flight->recalled);
	pthread_cond_destroy(&flight->room);
	pthread_cond_destroy(&flight->moved);
	pthread_mutex_destroy(&flight->lock);
}

/* ---- the lists; the lock is held ----------------------------------------- */

static void
add(struct flight *flight, struct ticket *ticket)
{
	ticket->number = ++flight->put;
	ticket->since = clock_ms();
	ticket->older = flight->newest;
	if (flight->newest != NULL)
		flight->newest->newer = ticket;
	else
		flight->oldest = ticket;
	flight->newest = ticket;
}

static bool
wants_probe(const struct flight *flight)
{
	return flight->put > flight->heard &&
		(flight->put - flight->heard) % FLIGHT_PROBE == 0;
}

/* Out of the list that it is in. */
static void
take_out(struct flight *flight, struct ticket *ticket)
{
	if (ticket->older != NULL)
		ticket->older->newer = ticket->newer;
	else if (flight->oldest == ticket)
		flight->oldest = ticket->newer;
	if (ticket->newer != NULL)
		ticket->newer->older = ticket->older;
	else if (flight->newest == ticket)
		flight->newest = ticket->older;
	else
		flight->recalled = ticket->older;
}

static void
recall(struct flight *flight, struct ticket *ticket)
{
	take_out(flight, ticket);
	ticket->question = NULL;
	ticket->newer = NULL;
	ticket->older = flight->recalled;
	if (ticket->older != NULL)
		ticket->older->newer = ticket;
	flight->recalled = ticket;
}

static bool
has_room(const struct flight *flight)
{
	return flight->put < flight->heard + FLIGHT_UNREAD;
}

/* Until there is room for one more. */
static bool
wait_for_room(struct flight *flight, long milliseconds)
{
	struct timespec until;

	/* The usual case asks for no clock. */
	if (has_room(flight) || flight->broken)
		return !flight->broken;
	until = deadline_after(milliseconds);
	while (!has_room(flight) && !flight->broken &&
		pthread_cond_timedwait(&flight->room, &flight->lock,
			&until) != ETIMEDOUT)
		;
	return has_room(flight) && !flight->broken;
}

static void
hear(struct flight *flight, uint64_t number)
{
	flight->answers++;
	if (number <= flight->heard)
		return;
	flight->heard = number;
	pthread_cond_broadcast(&flight->moved);
	/* Not for each of them: all who wait wake up. */
	if (flight->put < flight->heard + FLIGHT_UNREAD / 2)
		pthread_cond_broadcast(&flight->room);
}

/* ---- from outside -------------------------------------------------------- */

static struct ticket *
new_ticket(struct flight *flight)
{
	struct ticket *ticket = calloc(1, sizeof(*ticket));

	if (ticket != NULL)
		ticket->flight = flight;
	return ticket;
}

struct ticket *
flight_take(struct flight *flight, struct dns_question *question,
	long patience)
{
	struct ticket *ticket = new_ticket(flight);
	bool room;

	if (ticket == NULL)
		return NULL;
	ticket->question = question;
	ticket->name = (struct str){ question->name, question->length };
	ticket->type = question->type;
	pthread_mutex_lock(&flight->lock);
	room = wait_for_room(flight, patience);
	if (room) {
		add(flight, ticket);
		ticket->wants_probe = wants_probe(flight);
	}
	pthread_mutex_unlock(&flight->lock);
	if (room)
		return ticket;
	free(ticket);
	return NULL;
}

struct ticket *
flight_take_probe(struct flight *flight)
{
	struct ticket *ticket = new_ticket(flight);

	if (ticket == NULL)
		return NULL;
	ticket->name = STR("localhost");
	ticket->type = DNS_A;
	pthread_mutex_lock(&flight->lock);
	add(flight, ticket);
	pthread_mutex_unlock(&flight->lock);
	return ticket;
}

static bool
is_alive(enum dns_status status)
{
	return status != DNS_FAILURE && status != DNS_TIMEOUT;
}

void
ticket_answered(struct ticket *ticket, const struct dns_reply *reply)
{
	struct flight *flight = ticket->flight;

	pthread_mutex_lock(&flight->lock);
	take_out(flight, ticket);
	hear(flight, ticket->number);
	if (ticket->question != NULL && is_alive(reply->status) &&
		ticket->number > flight->alive)
		flight->alive = ticket->number;
	atomic_fetch_add(&flight->answering, 1);
	pthread_mutex_unlock(&flight->lock);
	if (ticket->question != NULL)
		dns_answered(ticket->question, reply);
	free(ticket);
	atomic_fetch_sub(&flight->answering, 1);
}

struct dns_question *
ticket_drop(struct ticket *ticket)
{
	struct flight *flight = ticket->flight;
	struct dns_question *question;

	pthread_mutex_lock(&flight->lock);
	take_out(flight, ticket);
	flight->put--;
	question = ticket->question;
	pthread_mutex_unlock(&flight->lock);
	free(ticket);
	return question;
}

void
flight_break(struct flight *flight)
{
	pthread_mutex_lock(&flight->lock);
	flight->broken = true;
	pthread_cond_broadcast(&flight->moved);
	pthread_cond_broadcast(&flight->room);
	pthread_mutex_unlock(&flight->lock);
}

bool
flight_wait(struct flight *flight, uint64_t number, long milliseconds)
{
	struct timespec until = deadline_after(milliseconds);
	bool heard;

	pthread_mutex_lock(&flight->lock);
	while (flight->heard < number && !flight->broken &&
		pthread_cond_timedwait(&flight->moved, &flight->lock,
			&until) != ETIMEDOUT)
		;
	heard = flight->heard >= number && !flight->broken;
	pthread_mutex_unlock(&flight->lock);
	return heard;
}

struct dns_question *
flight_recall(struct flight *flight)
{
	struct dns_question *question = NULL;
	struct ticket *ticket;

	pthread_mutex_lock(&flight->lock);
	while (question == NULL && (ticket = flight->oldest) != NULL) {
		question = ticket->question;
		recall(flight, ticket);
	}
	pthread_mutex_unlock(&flight->lock);
	return question;
}

void
flight_clear(struct flight *flight)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (flight_recall(flight) != NULL)
		;
	while (atomic_load(&flight->answering) > 0)
		nanosleep(&pause, NULL);
}

struct flight_state
flight_look(struct flight *flight)
{
	const struct ticket *oldest;
	struct flight_state state;

	pthread_mutex_lock(&flight->lock);
	oldest = flight->oldest;
	state = (struct flight_state){ .waiting = oldest != NULL,
		.broken = flight->broken, .answers = flight->answers };
	if (oldest != NULL && flight->alive > oldest->number)
		state.overdue = clock_ms() - oldest->since;
	pthread_mutex_unlock(&flight->lock);
	return state;
}
