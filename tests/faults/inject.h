/*
 * Faults on demand: what a test and the library inject.so, preloaded into a
 * daemon, share.  It is a file of that daemon's name in the directory that
 * MAILVET_INJECT names, mapped by both; without the file nothing happens.
 */
#ifndef TESTS_INJECT_H
#define TESTS_INJECT_H

#include <stdatomic.h>
#include <stdbool.h>

#define INJECT_ENVIRONMENT "MAILVET_INJECT"

struct inject {
	/* The allocation that counts this down to 0 fails; 0: none does. */
	atomic_long allocations;
	atomic_bool from_then_on;	/* and so do all that follow */
	atomic_bool no_threads;		/* no thread can be created */
	atomic_long failed;		/* faults so far */
	atomic_long asked;		/* allocations so far */
};

#endif
