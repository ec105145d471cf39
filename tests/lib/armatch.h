/*
 * Does an Authentication-Results field (RFC 8601) say what is expected?
 * A reading of the grammar of its own, so that a test does not share a
 * misreading with what it tests.
 */
#ifndef TESTS_ARMATCH_H
#define TESTS_ARMATCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True when the value names that authserv-id and one of its results meets
 * all of the conditions: "spf=pass smtp.mailfrom=a@example.org".  The first
 * is method=result, the others reason=... or properties; all on the right
 * are shell patterns, compared without regard to case.  Comments, folding
 * and quotes do not matter.
 */
bool armatch(const char *value, const char *authserv_id, const char *cond);

/* True when the value names that authserv-id, in whatever spelling. */
bool armatch_id(const char *value, const char *authserv_id);

#endif
