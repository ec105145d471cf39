/*
 * Which milters check: three of the chain, or mailvet-inbound.
 */
#ifndef ADMIN_MODE_H
#define ADMIN_MODE_H

#include "admin/host.h"

enum mode { MODE_UNKNOWN, MODE_CHAIN, MODE_INBOUND };

/*
 * The mode that the mail server is set up for, by sendmail.cf or smtpd_milters;
 * MODE_UNKNOWN where it has none of our milters.
 */
enum mode mode_of_mta(const struct host *host, enum mta mta);

#endif
