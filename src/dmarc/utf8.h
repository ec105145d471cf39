/*
 * Bytes of strangers as UTF-8, which JSON wants.
 */
#ifndef DMARC_UTF8_H
#define DMARC_UTF8_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The text itself when it is UTF-8 (RFC 3629: no surrogates, nothing longer
 * than need be) without NUL, at which readers of JSON stumble; else a copy in
 * arena with U+FFFD for each byte that is not.  { "", 0 } for no text;
 * { NULL, 0 } when out of memory.
 */
struct str utf8_make(struct arena *arena, struct str text) MUST_USE;

#endif
