/*
 * Base64 as DKIM writes it: broken by white space anywhere (RFC 6376 section
 * 2.10, base64string).
 */
#ifndef DKIM_BASE64_H
#define DKIM_BASE64_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The bytes of a text.  Padding may be missing, as in many a key record, but
 * nothing may follow it.  ERR_SYNTAX when it is not base64 or is empty,
 * ERR_NOMEM.
 */
int base64_decode(
	struct arena *arena, struct str text, struct str *ret) MUST_USE;

#endif
