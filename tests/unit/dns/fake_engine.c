#include "unit/dns/fake_engine.h"

#include <stdlib.h>

struct fake_resolver {
	struct fake_maker *maker;
	struct flight *flight;
	enum fake_kind kind;
	unsigned puts;
};

static const struct rdata fake_rdata = { (const uint8_t *)"\300\0\2\1", 4 };

static void
fake_answer(struct ticket *ticket)
{
	const struct dns_reply reply = { .status = DNS_FOUND, .ttl = 0,
		.count = 1, .rdata = &fake_rdata };

	ticket_answered(ticket, &reply);
}

static void
fake_hold(struct fake_maker *maker, struct ticket *ticket)
{
	pthread_mutex_lock(&maker->lock);
	if (maker->held_count == FAKE_TICKETS)
		abort();
	maker->held[maker->held_count++] = ticket;
	pthread_mutex_unlock(&maker->lock);
}

void
fake_answer_held(struct fake_maker *maker)
{
	while (maker->held_count > 0)
		fake_answer(maker->held[--maker->held_count]);
}

/* Which questions does a resolver of the kind answer? */
static bool
fake_says(struct fake_resolver *r, const struct ticket *ticket, unsigned n)
{
	if (n == 1)
		return r->kind != FAKE_DEAF;
	if (r->kind == FAKE_LOSES)
		return !str_eq(ticket->name, STR("lost.test"));
	if (r->kind == FAKE_SLOW)
		return ticket->question == NULL;
	if (r->kind == FAKE_ANSWERS)
		return r->maker->put_limit == 0 || n <= r->maker->put_limit;
	return false;
}

static int
fake_put(void *resolver, struct ticket *ticket)
{
	struct fake_resolver *r = resolver;
	unsigned n;

	pthread_mutex_lock(&r->maker->lock);
	n = ++r->puts;
	pthread_mutex_unlock(&r->maker->lock);
	if (n > 1 && r->kind == FAKE_REFUSES)
		return ERR_NOMEM;
	if (fake_says(r, ticket, n)) {
		fake_answer(ticket);
		return 0;
	}
	fake_hold(r->maker, ticket);
	if (r->kind == FAKE_BREAKS)
		flight_break(ticket->flight);
	return 0;
}

static int
fake_open(void *state, struct ticket *first, void **ret)
{
	struct fake_maker *maker = state;
	unsigned n = atomic_load(&maker->opened) +
		atomic_load(&maker->refused);
	struct fake_resolver *r;

	if (n >= maker->kind_count)
		n = maker->kind_count - 1;
	if (maker->kinds[n] == FAKE_NO_MEMORY) {
		atomic_fetch_add(&maker->refused, 1);
		return ERR_NOMEM;
	}
	atomic_fetch_add(&maker->opened, 1);
	r = calloc(1, sizeof(*r));
	r->maker = maker;
	r->flight = first->flight;
	r->kind = maker->kinds[n];
	*ret = r;
	return fake_put(r, first);
}

/* What it holds is freed with the line. */
static void
fake_forget(const struct fake_resolver *r)
{
	struct fake_maker *maker = r->maker;
	unsigned kept = 0;

	pthread_mutex_lock(&maker->lock);
	for (unsigned i = 0; i < maker->held_count; i++)
		if (maker->held[i]->flight != r->flight)
			maker->held[kept++] = maker->held[i];
	maker->held_count = kept;
	pthread_mutex_unlock(&maker->lock);
}

static bool
fake_close(void *resolver, bool mute)
{
	struct fake_resolver *r = resolver;
	struct fake_maker *maker = r->maker;

	atomic_fetch_add(&maker->closed, 1);
	if (mute)
		atomic_fetch_add(&maker->closed_mute, 1);
	if (mute && maker->hangs) {
		free(r);
		return false;
	}
	fake_forget(r);
	free(r);
	return true;
}

static void
fake_free_maker(void *state)
{
	struct fake_maker *maker = state;

	atomic_fetch_add(&maker->freed, 1);
}

const struct dns_engine fake_engine = {
	.open = fake_open,
	.put = fake_put,
	.close = fake_close,
	.free_maker = fake_free_maker,
};
