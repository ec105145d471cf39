/*
 * Of several hosts that share a database one makes and sends the reports: the
 * one that holds the lease.
 *
 * It is believed for LEASE_SECONDS after it last said that it is alive, by the
 * clock of the database.  Whoever sends renews it before each message and
 * again before the end of the message, so a host that was asleep meanwhile
 * notices in time.
 */
#ifndef REPORT_LEASE_H
#define REPORT_LEASE_H

#include "report/reporter.h"

enum {
	LEASE_SECONDS = 10 * 60, /* far more than a message may take */
	LEASE_RENEW = 60,
};

/*
 * Take or renew it: 1, or 0 when another host has it, or an error.  Within
 * LEASE_RENEW seconds of the last time, r->lease on the clock that also runs
 * while the host sleeps, the database is not asked.
 */
int lease_take(struct reporter *r) MUST_USE;

/* Give it back, so that another host need not wait. */
int lease_release(struct reporter *r) MUST_USE;

/*
 * One process per journal directory: hold a lock on it until the process ends.
 * 0, ERR_LIMIT when another process has it, ERR_IO with errno.
 */
int lease_lock_directory(const char *directory) MUST_USE;

#endif
