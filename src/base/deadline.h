/*
 * Waiting until a moment of the monotonic clock, which nobody sets.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <pthread.h>
#include <time.h>

/* A condition whose deadlines are of that clock; pthread_cond_destroy it. */
void deadline_init_cond(pthread_cond_t *cond);

/* So many milliseconds from now, for pthread_cond_timedwait. */
struct timespec deadline_after(long milliseconds);

#endif
