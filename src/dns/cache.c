#include "dns/cache.h"

#include "base/deadline.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
	TTL_MAX = 24 * 60 * 60,
	SWEEP = 2, /* expired questions that one asker clears away */
	EVICT = 8, /* kept ones that give way to one answer's bytes */
};

struct shard {
	pthread_mutex_t lock;
	struct dns_question **buckets;
	size_t mask; /* buckets - 1 */
	size_t count, entries_max;
	size_t bytes, bytes_max;
	long failure;
	struct dns_question *oldest, *newest;
};

struct cache {
	uint64_t seed;
	size_t count; /* of shards */
	struct shard shards[];
};

static struct dns_question refused = {
	.answered = true,
	.answer = { .status = DNS_FAILURE },
};

static int64_t
monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
monotonic_ms(void)
{
	return monotonic_us() / 1000;
}

/*
 * FNV-1a from a random start.  Strangers choose the names, but a shard is
 * small: a chain that holds all of it is still short work.
 */
static uint64_t
hash_of(uint64_t seed, struct str name, enum dns_type type)
{
	uint64_t h = (seed ^ (uint64_t)type) * 0x100000001b3;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

/* ---- the parts of a shard; its lock is held ------------------------------ */

/* Where in its chain the question is, or where the chain ends. */
static struct dns_question **
find_slot(struct shard *shard, struct str name, enum dns_type type,
	uint64_t hash)
{
	struct dns_question **slot = &shard->buckets[hash & shard->mask];

	for (; *slot != NULL; slot = &(*slot)->chain) {
		struct dns_question *q = *slot;

		if (q->hash == hash && q->type == type &&
			str_eq((struct str){ q->name, q->length }, name))
			break;
	}
	return slot;
}

static void
lru_add(struct shard *shard, struct dns_question *q)
{
	q->newer = NULL;
	q->older = shard->newest;
	if (shard->newest != NULL)
		shard->newest->newer = q;
	else
		shard->oldest = q;
	shard->newest = q;
	shard->bytes += q->bytes;
}

static void
lru_remove(struct shard *shard, struct dns_question *q)
{
	if (q->older != NULL)
		q->older->newer = q->newer;
	else
		shard->oldest = q->newer;
	if (q->newer != NULL)
		q->newer->older = q->older;
	else
		shard->newest = q->older;
	shard->bytes -= q->bytes;
}

/* Out of the table, which lets go of it. */
static void
unlink_question(struct shard *shard, struct dns_question *q)
{
	struct dns_question **slot = find_slot(shard,
		(struct str){ q->name, q->length }, q->type, q->hash);

	*slot = q->chain;
	shard->count--;
	question_release(q);
}

static void
evict(struct shard *shard, struct dns_question *q)
{
	lru_remove(shard, q);
	unlink_question(shard, q);
}

static void
sweep(struct shard *shard, int64_t now)
{
	for (int i = 0; i < SWEEP && shard->oldest != NULL; i++) {
		if (shard->oldest->expires > now)
			break;
		evict(shard, shard->oldest);
	}
}

/* What is known: in flight, or kept and not expired. */
static struct dns_question *
find_current(struct shard *shard, struct str name, enum dns_type type,
	uint64_t hash)
{
	struct dns_question *q = *find_slot(shard, name, type, hash);

	if (q == NULL || !atomic_load(&q->answered))
		return q;
	if (q->expires <= monotonic_ms()) {
		evict(shard, q);
		return NULL;
	}
	lru_remove(shard, q);
	lru_add(shard, q);
	return q;
}

static struct dns_question *
new_question(struct shard *shard, struct str name, enum dns_type type)
{
	struct dns_question *q = calloc(1, sizeof(*q) + name.n);

	if (q == NULL)
		return NULL;
	deadline_init_cond(&q->settled);
	atomic_init(&q->holders, 1);
	q->shard = shard;
	q->type = type;
	q->length = name.n;
	memcpy(q->name, name.p, name.n);
	return q;
}

/* A new question in the table, if there is or can be room for it. */
static struct dns_question *
insert(struct shard *shard, struct str name, enum dns_type type, uint64_t hash)
{
	struct dns_question *q, **slot;

	sweep(shard, monotonic_ms());
	if (shard->count >= shard->entries_max) {
		if (shard->oldest == NULL)
			return &refused;
		evict(shard, shard->oldest);
	}
	q = new_question(shard, name, type);
	if (q == NULL)
		return NULL;
	q->hash = hash;
	slot = &shard->buckets[hash & shard->mask];
	q->chain = *slot;
	*slot = q;
	shard->count++;
	return q;
}

/* Is there room for the question's bytes?  Bounded work either way. */
static bool
make_room(struct shard *shard, const struct dns_question *q)
{
	if (q->bytes > shard->bytes_max)
		return false;
	for (int i = 0; i < EVICT && shard->oldest != NULL; i++) {
		if (shard->bytes + q->bytes <= shard->bytes_max)
			break;
		evict(shard, shard->oldest);
	}
	return shard->bytes + q->bytes <= shard->bytes_max;
}

/* Keep an answered question, or let it go. */
static void
keep(struct shard *shard, struct dns_question *q, long milliseconds)
{
	if (milliseconds <= 0 || !make_room(shard, q)) {
		unlink_question(shard, q);
		return;
	}
	q->expires = monotonic_ms() + milliseconds;
	lru_add(shard, q);
}

/* ---- the answer ---------------------------------------------------------- */

/* Records and their data in one allocation; the reply's bytes are strange. */
static int
decode(struct dns_question *q, const struct dns_reply *reply)
{
	size_t bytes = reply->count * sizeof(struct dns_record);
	struct dns_record *records;
	char *out;

	for (size_t i = 0; i < reply->count; i++)
		bytes += reply->rdata[i].n;
	records = malloc(bytes > 0 ? bytes : 1);
	if (records == NULL)
		return ERR_NOMEM;
	out = (char *)(records + reply->count);
	for (size_t i = 0; i < reply->count; i++) {
		if (rdata_decode(q->type, reply->rdata[i], out,
			&records[i]) < 0) {
			free(records);
			return ERR_SYNTAX;
		}
		out += reply->rdata[i].n;
	}
	q->answer.records = records;
	q->answer.count = reply->count;
	q->bytes = bytes;
	return 0;
}

static void
fill(struct dns_question *q, const struct dns_reply *reply)
{
	int rc = 0;

	q->answer.status = reply->status;
	if (reply->status == DNS_FOUND)
		rc = reply->count > 0 ? decode(q, reply) : ERR_SYNTAX;
	if (rc < 0)
		q->answer.status = DNS_FAILURE;
	q->starved = reply->starved || rc == ERR_NOMEM;
	if (dns_is_temporary(&q->answer))
		return;
	q->answer.secure = reply->secure;
	q->answer.ttl = reply->ttl < TTL_MAX ? reply->ttl : TTL_MAX;
}

void
dns_answered(struct dns_question *q, const struct dns_reply *reply)
{
	struct shard *shard = q->shard;
	long milliseconds;

	fill(q, reply);
	milliseconds = dns_is_temporary(&q->answer) ? shard->failure :
						      q->answer.ttl * 1000L;
	if (q->starved) /* of no meaning for others */
		milliseconds = 0;
	pthread_mutex_lock(&shard->lock);
	atomic_store(&q->answered, true);
	pthread_cond_broadcast(&q->settled);
	keep(shard, q, milliseconds);
	pthread_mutex_unlock(&shard->lock);
}

/* ---- from outside -------------------------------------------------------- */

static int
init_shard(struct shard *shard, const struct dns_limits *limits)
{
	size_t buckets = 8;

	shard->entries_max = limits->entries / limits->shards;
	shard->bytes_max = limits->bytes / limits->shards;
	shard->failure = limits->failure;
	while (buckets < shard->entries_max)
		buckets *= 2;
	shard->mask = buckets - 1;
	shard->buckets = calloc(buckets, sizeof(*shard->buckets));
	if (shard->buckets == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&shard->lock, NULL);
	return 0;
}

struct cache *
cache_new(const struct dns_limits *limits)
{
	struct cache *cache = calloc(1,
		sizeof(*cache) + limits->shards * sizeof(cache->shards[0]));

	if (cache == NULL)
		return NULL;
	if (getrandom(&cache->seed, sizeof(cache->seed), GRND_NONBLOCK) < 0)
		cache->seed = (uint64_t)monotonic_us();
	for (; cache->count < limits->shards; cache->count++) {
		if (init_shard(&cache->shards[cache->count], limits) < 0) {
			cache_free(cache);
			return NULL;
		}
	}
	return cache;
}

static void
free_shard(struct shard *shard)
{
	for (size_t i = 0; i <= shard->mask; i++) {
		while (shard->buckets[i] != NULL)
			unlink_question(shard, shard->buckets[i]);
	}
	free(shard->buckets);
	pthread_mutex_destroy(&shard->lock);
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < cache->count; i++)
		free_shard(&cache->shards[i]);
	free(cache);
}

struct dns_question *
cache_get(struct cache *cache, struct str name, enum dns_type type,
	bool *ret_new)
{
	uint64_t hash = hash_of(cache->seed, name, type);
	struct shard *shard = &cache->shards[(hash >> 32) % cache->count];
	struct dns_question *q;
	bool fresh = false;

	pthread_mutex_lock(&shard->lock);
	q = find_current(shard, name, type, hash);
	if (q == NULL) {
		q = insert(shard, name, type, hash);
		fresh = q != NULL && q != &refused;
	}
	if (q != NULL)
		atomic_fetch_add(&q->holders, 1);
	pthread_mutex_unlock(&shard->lock);
	*ret_new = fresh;
	return q;
}

size_t
cache_count(struct cache *cache)
{
	size_t count = 0;

	for (size_t i = 0; i < cache->count; i++) {
		pthread_mutex_lock(&cache->shards[i].lock);
		count += cache->shards[i].count;
		pthread_mutex_unlock(&cache->shards[i].lock);
	}
	return count;
}

void
question_wait(struct dns_question *q, long *budget)
{
	int64_t start = monotonic_us(), end = start + *budget * 1000L;
	struct timespec until = { end / 1000000, end % 1000000 * 1000 };
	int64_t left;
	int rc = 0;

	pthread_mutex_lock(&q->shard->lock);
	while (!atomic_load(&q->answered) && rc == 0)
		rc = pthread_cond_timedwait(
			&q->settled, &q->shard->lock, &until);
	pthread_mutex_unlock(&q->shard->lock);
	left = *budget - (monotonic_us() - start + 500) / 1000;
	*budget = rc == 0 && left > 0 ? left : 0;
}

void
question_release(void *question)
{
	struct dns_question *q = question;

	if (q->shard == NULL || atomic_fetch_sub(&q->holders, 1) > 1)
		return;
	pthread_cond_destroy(&q->settled);
	free((void *)q->answer.records);
	free(q);
}
