/*
 * Encoded words (RFC 2047): what a reader may show in their place.
 */
#ifndef MAIL_ENCODED_H
#define MAIL_ENCODED_H

#include "base/arena.h"
#include "base/str.h"

struct decoded {
	struct str text; /* all of it, with encoded words as what they say */
	struct str words; /* only what they say, one behind the other */
};

/*
 * Decode as the most generous reader would: anywhere, with or without space
 * around them, and space between two of them dropped.  The bytes stay in their
 * character set, but for two: UTF-7, which can write ASCII in other letters,
 * becomes UTF-8; and in ISO-2022-JP what looks like ASCII and is half of a
 * character becomes FF.  (In UTF-16 and UTF-32, which RFC 2781 has for no such
 * use, an ASCII character is one with NULs beside it.)  0, ERR_NOMEM.
 */
int encoded_decode(struct arena *arena, struct str value, struct decoded *ret)
	MUST_USE;

#endif
