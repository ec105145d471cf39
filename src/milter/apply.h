/*
 * The edit list, applied through libmilter.
 */
#ifndef MILTER_APPLY_H
#define MILTER_APPLY_H

#include "filter/message.h"

#include <libmilter/mfapi.h>

/*
 * Only at the end of a message.  lead_space: the MTA adds no space behind the
 * colon by itself (SMFIP_HDR_LEADSPC).  ERR_NOMEM, or ERR_LIBRARY when the MTA
 * does not take an edit; the message must be deferred then.
 */
int apply_edits(SMFICTX *ctx, const struct message *message, bool lead_space)
	MUST_USE;

/* The reply for a message that is rejected or deferred. */
void apply_reply(SMFICTX *ctx, const struct reply *reply);

#endif
