/*
 * Which milters check: three of the chain, or mailvet-inbound.
 */
#ifndef HOST_MODE_H
#define HOST_MODE_H

#include "host/host.h"

enum mode { MODE_UNKNOWN, MODE_CHAIN, MODE_INBOUND };

/*
 * The mode that the mail server is set up for, by sendmail.cf or smtpd_milters;
 * MODE_UNKNOWN where it has none of our milters.
 */
enum mode mode_of_mta(const struct host *host, enum mta mta);

/* The milters of a mode in the order in which they run, ends with NULL. */
const char *const *mode_milters(bool inbound);

#endif
