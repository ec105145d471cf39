/*
 * What the MTA is asked for: events, replies, edits, macros.
 *
 * A callback that is not needed costs more than the filter's work, and so does
 * a reply that says nothing, so the MTA is told to leave both out.  An MTA that
 * offers fewer ways to save is served all the same.
 */
#ifndef MILTER_NEGOTIATE_H
#define MILTER_NEGOTIATE_H

#include "pipeline/snapshot.h"

/* Bits as in libmilter's mfdef.h: SMFIF_* and SMFIP_*. */
struct terms {
	unsigned long actions; /* edits that we may ask for */
	unsigned long steps;   /* protocol */
};

/* All that the program may ever ask for: the edits. */
unsigned long negotiate_most_actions(void);

/* All that the program would like, as it is configured. */
struct terms negotiate_wishes(const struct snapshot *snapshot);

/*
 * The wishes as far as the offer goes.  False when an edit that the program
 * cannot do without is not offered: it must not run then.
 */
bool negotiate(const struct snapshot *snapshot, const struct terms *offer,
	struct terms *ret) MUST_USE;

/* Under these steps, may the callback of that event give no reply? */
bool negotiate_is_silent(unsigned long steps, enum event event);

#endif
