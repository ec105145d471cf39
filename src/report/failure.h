/*
 * Failure reports: messages that failed, folded where they are alike, told to
 * those who asked for it and no more often than is decent (RFC 9991).
 */
#ifndef REPORT_FAILURE_H
#define REPORT_FAILURE_H

#include "report/reporter.h"

enum {
	FAILURE_GROUPS_MAX = 1000, /* a run; what is beyond is dropped */
	FAILURE_AGE_MAX = 2 * SECONDS_PER_DAY, /* older ones are dropped */
};

struct failure_counts {
	int64_t made;
	int64_t suppressed; /* nobody to tell, or too many already */
};

/*
 * Make the reports of all incidents.  One transaction per report, as for
 * aggregate reports.  0, or an error that has been logged.
 */
int failure_all(struct reporter *r, struct failure_counts *ret) MUST_USE;

#endif
