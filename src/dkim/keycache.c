#include "dkim/keycache.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { SLOTS = 128 };

struct shared_key {
	atomic_uint users; /* the cache is one */
	EVP_PKEY *key;
	int type;
	size_t n;
	char bytes[];
};

/*
 * No lock: who looks at a key takes it out of its slot, which nobody else does
 * then, and puts it back.  Who finds the slot empty decodes the key.
 */
static _Atomic(struct shared_key *) slots[SLOTS];

/* Some bytes out of the middle, which in a key are as good as random.  Who
 * makes keys that share a slot has them decoded each time, and no more. */
static _Atomic(struct shared_key *) *
slot_of(struct str bytes)
{
	uint64_t middle = 0;
	size_t n = bytes.n / 2 < sizeof(middle) ? bytes.n / 2 : sizeof(middle);

	if (n > 0)
		memcpy(&middle, bytes.p + bytes.n / 2, n);
	return &slots[(middle ^ middle >> 32) % SLOTS];
}

/* Whatever was put there meanwhile loses the cache as a user. */
static void
put(_Atomic(struct shared_key *) *slot, struct shared_key *key)
{
	shared_key_release(atomic_exchange(slot, key));
}

struct shared_key *
keycache_find(int type, struct str bytes)
{
	_Atomic(struct shared_key *) *slot = slot_of(bytes);
	struct shared_key *key = atomic_exchange(slot, NULL);
	struct shared_key *found = NULL;

	if (key == NULL)
		return NULL;
	if (key->type == type &&
		str_eq((struct str){ key->bytes, key->n }, bytes)) {
		atomic_fetch_add(&key->users, 1);
		found = key;
	}
	put(slot, key);
	return found;
}

struct shared_key *
keycache_add(int type, struct str bytes, EVP_PKEY *key)
{
	struct shared_key *shared = malloc(sizeof(*shared) + bytes.n);

	if (shared == NULL) {
		EVP_PKEY_free(key);
		return NULL;
	}
	atomic_init(&shared->users, 2);
	shared->key = key;
	shared->type = type;
	shared->n = bytes.n;
	if (bytes.n > 0)
		memcpy(shared->bytes, bytes.p, bytes.n);
	put(slot_of(bytes), shared);
	return shared;
}

EVP_PKEY *
shared_key_get(const struct shared_key *key)
{
	return key->key;
}

void
shared_key_release(void *arg)
{
	struct shared_key *key = arg;

	if (key == NULL || atomic_fetch_sub(&key->users, 1) > 1)
		return;
	EVP_PKEY_free(key->key);
	free(key);
}
