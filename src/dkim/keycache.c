#include "dkim/keycache.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { SLOTS = 128 };

struct entry {
	EVP_PKEY *key;
	int type;
	size_t n;
	char bytes[];
};

/*
 * No lock: who looks at an entry takes it out of its slot, which nobody else
 * does then, and puts it back.  Who finds the slot empty decodes the key.
 */
static _Atomic(struct entry *) slots[SLOTS];

/* Some bytes out of the middle, which in a key are as good as random.  Who
 * makes keys that share a slot has them decoded each time, and no more. */
static _Atomic(struct entry *) *
slot_of(struct str bytes)
{
	uint64_t middle = 0;
	size_t n = bytes.n / 2 < sizeof(middle) ? bytes.n / 2 : sizeof(middle);

	if (n > 0)
		memcpy(&middle, bytes.p + bytes.n / 2, n);
	return &slots[(middle ^ middle >> 32) % SLOTS];
}

/* Whatever was put there meanwhile goes. */
static void
put(_Atomic(struct entry *) *slot, struct entry *entry)
{
	struct entry *old = atomic_exchange(slot, entry);

	if (old == NULL)
		return;
	EVP_PKEY_free(old->key);
	free(old);
}

EVP_PKEY *
keycache_find(int type, struct str bytes)
{
	_Atomic(struct entry *) *slot = slot_of(bytes);
	struct entry *entry = atomic_exchange(slot, NULL);
	EVP_PKEY *found = NULL;

	if (entry == NULL)
		return NULL;
	if (entry->type == type &&
		str_eq((struct str){ entry->bytes, entry->n }, bytes) &&
		EVP_PKEY_up_ref(entry->key) == 1)
		found = entry->key;
	put(slot, entry);
	return found;
}

void
keycache_add(int type, struct str bytes, EVP_PKEY *key)
{
	struct entry *entry = malloc(sizeof(*entry) + bytes.n);

	if (entry == NULL)
		return;
	if (EVP_PKEY_up_ref(key) != 1) {
		free(entry);
		return;
	}
	*entry = (struct entry){ .key = key, .type = type, .n = bytes.n };
	if (bytes.n > 0)
		memcpy(entry->bytes, bytes.p, bytes.n);
	put(slot_of(bytes), entry);
}
