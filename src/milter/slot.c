#include "milter/slot.h"

void
slot_init(struct slot *slot, struct snapshot *snapshot)
{
	pthread_mutex_init(&slot->lock, NULL);
	slot->current = snapshot;
}

struct snapshot *
slot_take(struct slot *slot)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&slot->lock);
	snapshot = snapshot_ref(slot->current);
	pthread_mutex_unlock(&slot->lock);
	return snapshot;
}

void
slot_replace(struct slot *slot, struct snapshot *snapshot)
{
	struct snapshot *old;

	pthread_mutex_lock(&slot->lock);
	old = slot->current;
	slot->current = snapshot;
	pthread_mutex_unlock(&slot->lock);
	/* Outside the lock: the last reference closes the resolver. */
	snapshot_unref(old);
}

void
slot_destroy(struct slot *slot)
{
	slot_replace(slot, NULL);
	pthread_mutex_destroy(&slot->lock);
}
