/*
 * SHA-256, as text: names for what is equal, and keys for what must not be
 * guessed.
 */
#ifndef REPORT_DIGEST_H
#define REPORT_DIGEST_H

#include "base/arena.h"
#include "base/str.h"

enum { DIGEST_TEXT = 64 /* hexadecimal digits */ };

/*
 * Of the parts, in order and each with its length, so that no two lists of
 * parts give the same bytes.  { NULL, 0 } when out of memory.
 */
struct str digest(struct arena *arena, const struct str *parts, size_t count)
	MUST_USE;

/* HMAC of the text; { NULL, 0 } when out of memory. */
struct str digest_keyed(struct arena *arena, struct str key, struct str text)
	MUST_USE;

/* DIGEST_TEXT unguessable hexadecimal digits; { NULL, 0 } on failure. */
struct str digest_random(struct arena *arena) MUST_USE;

#endif
