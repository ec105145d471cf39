/*
 * What the database knows, for an administrator's eyes.
 */
#ifndef REPORT_SHOW_H
#define REPORT_SHOW_H

#include "report/reporter.h"

#include <stdio.h>

/* How far the import is, what lies aside, the reports by state, what waits. */
int show_status(struct reporter *r, FILE *out) MUST_USE;

/*
 * Per policy domain of the last days: messages, those that failed, what was
 * done and what the published policies alone would have done.
 */
int show_would(struct reporter *r, int64_t days, FILE *out) MUST_USE;

/* The exclusions, one a line. */
int show_exclusions(struct reporter *r, FILE *out) MUST_USE;

#endif
