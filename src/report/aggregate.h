/*
 * Aggregate reports: a day's messages of a policy domain into a report that is
 * kept until all who want it have it.
 */
#ifndef REPORT_AGGREGATE_H
#define REPORT_AGGREGATE_H

#include "report/reporter.h"

enum {
	/* What is beyond either makes a second report. */
	AGGREGATE_RECORDS_MAX = 20000,
	AGGREGATE_BYTES_MAX = 8 * 1024 * 1024, /* of tuples as text */
	AGGREGATE_DAYS_MAX = 7,	       /* older days are not reported */
};

struct aggregate_counts {
	int64_t made;
	int64_t invalid; /* kept, not sent: a bug of ours */
};

/*
 * Make the reports of all days that are over and known from all hosts.  One
 * transaction per report: the report, its deliveries, and that its messages are
 * in it.  0, or an error that has been logged.
 */
int aggregate_all(struct reporter *r, struct aggregate_counts *ret) MUST_USE;

/*
 * The XML of the messages about the domain that are not in a report yet, of the
 * latest day that has any; else of its last report.  ERR_ABSENT when there is
 * nothing.
 */
int aggregate_preview(struct reporter *r, struct str domain,
	struct str *ret) MUST_USE;

#endif
