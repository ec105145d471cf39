/*
 * Run a program, without a shell in between.
 */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include "base/arena.h"
#include "base/str.h"

struct run_result {
	int status;	/* exit status; 128 + signal; 127: no such program */
	struct str out; /* standard output, owned by the arena */
	struct str err; /* standard error */
};

/*
 * Run argv (NULL-terminated; found on PATH) with input (may be empty) on
 * standard input, and wait for its end.  0 whatever its exit status; ERR_IO
 * when the system lets us start nothing, ERR_LIMIT for more than 4 MB of
 * output, ERR_NOMEM.
 */
int run(struct arena *arena, const char *const argv[], struct str input,
	struct run_result *ret) MUST_USE;

/* The command as one would type it, quoted where a shell needs it. */
struct str run_describe(struct arena *arena, const char *const argv[]) MUST_USE;

#endif
