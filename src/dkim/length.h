/*
 * How long a body is in canonical form (RFC 6376 section 3.4).  libopendkim
 * stops counting at l=, so it cannot tell whether that is all of the body.
 */
#ifndef DKIM_LENGTH_H
#define DKIM_LENGTH_H

#include "base/str.h"

#include <stdint.h>

/* Zeroed: no body yet. */
struct body_length {
	uint64_t simple;  /* up to the last line that is not empty */
	uint64_t relaxed; /* likewise */
	/* The line so far, and the empty lines before it. */
	uint64_t line, relaxed_line;
	uint64_t empty, relaxed_empty;
	bool space; /* white space that has not been counted */
	bool cr;    /* a CR that has not been counted */
};

void body_length_add(struct body_length *length, struct str chunk);

/* After the last chunk. */
uint64_t body_length_end(const struct body_length *length, bool relaxed);

#endif
