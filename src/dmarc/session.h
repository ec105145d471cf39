/*
 * The dmarc filter: joins the results of SPF and DKIM with the author domain's
 * policy, and applies it.
 *
 * At the header's end it asks the DNS for the policy; at the message's end,
 * when the neighbours have filled their results, it evaluates and acts.  It
 * fills results->dmarc; it writes no Authentication-Results and reads none.
 */
#ifndef DMARC_SESSION_H
#define DMARC_SESSION_H

#include "filter/filter.h"

extern const struct filter dmarc_filter;

#endif
