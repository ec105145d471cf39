/*
 * The place of the current snapshot: sessions take it, a reload replaces it.
 */
#ifndef MILTER_SLOT_H
#define MILTER_SLOT_H

#include "pipeline/snapshot.h"

#include <pthread.h>

struct slot {
	pthread_mutex_t lock;
	struct snapshot *current;
};

/* Takes over the caller's reference. */
void slot_init(struct slot *slot, struct snapshot *snapshot);

/* The current snapshot, with a reference for the caller. */
struct snapshot *slot_take(struct slot *slot);

/* Put another in its place; takes over the reference. */
void slot_replace(struct slot *slot, struct snapshot *snapshot);

void slot_destroy(struct slot *slot);

#endif
