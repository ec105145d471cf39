/*
 * A message as a line of the journal: mailvet-journal(5), by jansson.
 */
#ifndef DMARC_LINE_H
#define DMARC_LINE_H

#include "dmarc/record.h"
#include "filter/message.h"

enum { LINE_MAX_BYTES = 64 * 1024, LINE_SIGNATURES_MAX = 100 };

/* What a line for a failure report has besides. */
struct failure {
	struct str authres; /* the field's value */
};

/*
 * The line of a message with a policy, without a line end, in its arena, at
 * most LINE_MAX_BYTES: what is too long loses addresses for reports, then
 * signatures.  failure: NULL for the journal; header fields are what it loses
 * first.  0, ERR_NOMEM (also for names that are too long even so, which no MTA
 * lets in).
 */
int line_make(const struct message *message,
	const struct dmarc_record *record, const struct failure *failure,
	struct str *ret) MUST_USE;

#endif
