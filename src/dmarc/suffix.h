/*
 * The list of public suffixes, by libpsl: how RFC 7489 found organizational
 * domains.
 */
#ifndef DMARC_SUFFIX_H
#define DMARC_SUFFIX_H

#include "base/arena.h"
#include "base/str.h"

struct suffixes;

/*
 * The newest list that there is, of the distribution's file and the one that
 * the library brings; it lives in arena.  ERR_ABSENT when there is none,
 * ERR_NOMEM.
 */
int suffixes_load(struct arena *arena, const struct suffixes **ret) MUST_USE;

/*
 * The name one label below the public suffix of a normalised name, a view in
 * arena; the name itself when it is a suffix.  0, ERR_NOMEM.
 */
int suffix_registered(const struct suffixes *suffixes, struct arena *arena,
	struct str name, struct str *ret) MUST_USE;

#endif
