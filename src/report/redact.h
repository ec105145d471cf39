/*
 * Hiding who is behind an address: RFC 6590.
 */
#ifndef REPORT_REDACT_H
#define REPORT_REDACT_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The text (header fields, or an address) with each local part replaced by a
 * keyed digest of it: the same person stays the same, and nobody without the
 * key can tell who it is.  Message-ID fields are left alone, the domain needs
 * them to find the message.  { NULL, 0 }: no memory.
 */
struct str redact(struct arena *arena, struct str key, struct str text)
	MUST_USE;

#endif
