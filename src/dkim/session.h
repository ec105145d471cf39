/*
 * The dkim filter: verifies the signatures of strangers' mail and fills
 * message->results.dkim.
 */
#ifndef DKIM_SESSION_H
#define DKIM_SESSION_H

#include "filter/filter.h"

extern const struct filter dkim_filter;

#endif
