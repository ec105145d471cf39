/*
 * Addresses that a reader might show as the author's, though they are not.
 */
#ifndef DMARC_CLAIM_H
#define DMARC_CLAIM_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Does the text hold an address, or something like one, of a domain that is
 * neither the given normalised one, nor above or below it?  Read once as it
 * stands and once without quotes and backslashes; wide forms of '@' count.
 * 1, 0, ERR_NOMEM.
 */
int claim_is_foreign(struct arena *arena, struct str text, struct str domain)
	MUST_USE;

#endif
