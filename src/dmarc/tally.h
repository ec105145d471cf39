/*
 * Counts of all messages since the program began.
 */
#ifndef DMARC_TALLY_H
#define DMARC_TALLY_H

#include "filter/filter.h"
#include "dmarc/spool.h"

/* What was written, by any configuration. */
extern struct spool_counts tally_journal, tally_failures;

/* Count a message that was evaluated. */
void tally_message(const struct dmarc_results *dmarc);

/* filter.tell. */
int tally_tell(struct arena *arena, struct news *ret);

#endif
