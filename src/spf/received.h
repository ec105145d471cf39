/*
 * The Received-SPF field (RFC 7208 section 9.1).
 */
#ifndef SPF_RECEIVED_H
#define SPF_RECEIVED_H

#include "spf/check.h"

/*
 * Its value, folded.  Every word of a stranger is quoted, cut to a size that
 * fits on a line, and without control or 8-bit bytes.  { NULL, 0 } when out of
 * memory.
 */
struct str spf_received(struct arena *arena, const struct spf_query *query,
	const struct spf_answer *answer) MUST_USE;

#endif
