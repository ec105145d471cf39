/*
 * Which milters check: three of the chain, or mailvet-inbound.
 */
#ifndef HOST_MODE_H
#define HOST_MODE_H

#include "host/host.h"

/*
 * Is mailvet-inbound used in place of the chain?  By sendmail.cf or
 * smtpd_milters; where they have none of our milters, by the units.
 */
bool mode_is_inbound(const struct host *host, enum mta mta);

/* The milters of a mode in the order in which they run, ends with NULL. */
const char *const *mode_milters(bool inbound);

#endif
