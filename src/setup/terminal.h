/*
 * Questions to the administrator at the terminal.
 */
#ifndef SETUP_TERMINAL_H
#define SETUP_TERMINAL_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Ask "QUESTION [preset]: " and return the answer, or preset for an empty one
 * and for the end of input.  Owned by the arena; NULL: out of memory.
 */
const char *ask(struct arena *arena, const char *question, const char *preset)
	MUST_USE;

/* yes or no; an empty answer and the end of input are no. */
bool ask_yes(struct arena *arena, const char *question);

/* Is somebody there to answer? */
bool ask_is_possible(void);

#endif
