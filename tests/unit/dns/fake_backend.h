/*
 * A backend for tests: it counts, and answers when and what it is told.
 */
#ifndef TESTS_FAKE_BACKEND_H
#define TESTS_FAKE_BACKEND_H

#include "dns/backend.h"

#include <pthread.h>
#include <stdatomic.h>

enum fake_mode {
	FAKE_AT_ONCE, /* within start */
	FAKE_HELD,    /* when fake_release is called */
	FAKE_NEVER,
	FAKE_ERROR, /* start fails */
	FAKE_STARVED, /* for want of memory */
};

enum { FAKE_HELD_MAX = 64 };

struct fake {
	enum fake_mode mode;
	struct dns_reply reply;
	atomic_uint started;
	atomic_bool closed;
	pthread_mutex_t lock;
	struct dns_question *held[FAKE_HELD_MAX];
	unsigned held_count;
	char last_name[256];
};

static int
fake_start(void *state, struct str name, enum dns_type type,
	struct dns_question *question)
{
	struct fake *fake = state;

	(void)type;
	atomic_fetch_add(&fake->started, 1);
	pthread_mutex_lock(&fake->lock);
	memcpy(fake->last_name, name.p, name.n);
	fake->last_name[name.n] = '\0';
	if (fake->mode == FAKE_HELD)
		fake->held[fake->held_count++] = question;
	pthread_mutex_unlock(&fake->lock);
	if (fake->mode == FAKE_AT_ONCE)
		dns_answered(question, &fake->reply);
	if (fake->mode == FAKE_STARVED)
		return ERR_NOMEM;
	return fake->mode == FAKE_ERROR ? ERR_LIBRARY : 0;
}

static void
fake_release(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	while (fake->held_count > 0)
		dns_answered(fake->held[--fake->held_count], &fake->reply);
	pthread_mutex_unlock(&fake->lock);
}

static void
fake_close(void *state)
{
	struct fake *fake = state;

	atomic_store(&fake->closed, true);
}

static const struct dns_backend fake_backend = { fake_start, fake_close };

static const struct rdata fake_address = { (const uint8_t *)"\300\0\2\1", 4 };

/* Answers an address with a TTL. */
static struct fake
fake_new(enum fake_mode mode, uint32_t ttl)
{
	return (struct fake){
		.mode = mode,
		.reply = { .status = DNS_FOUND, .secure = true, .ttl = ttl,
			.count = 1, .rdata = &fake_address },
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
}

#endif
