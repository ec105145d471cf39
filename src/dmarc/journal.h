/*
 * What is noted of each message with a policy, for the reports.
 */
#ifndef DMARC_JOURNAL_H
#define DMARC_JOURNAL_H

#include "dmarc/conf.h"
#include "dmarc/walk.h"

/*
 * Append the message's line, and what a failure report needs if one is wanted,
 * as far as the settings have it; waits as long as the message may.  A line
 * that is not written is noted in results.dmarc.journal.  author is the walk of
 * the author domain, from which a failure report learns what is aligned.
 * 0, ERR_NOMEM.
 */
int journal_write(const struct dmarc_settings *settings,
	struct message *message, struct walk *author,
	const struct dmarc_record *record) MUST_USE;

/*
 * Does the domain want a failure report of such results?  RFC 9989 section 4.7,
 * fo; RFC 9991 section 3: not for a public suffix.
 */
bool journal_wants_failure(
	const struct dmarc_record *record, const struct results *results);

#endif
