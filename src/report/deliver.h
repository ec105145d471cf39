/*
 * Bringing reports to those who want them.
 *
 * A delivery is a report and a destination, and its state says how far it is:
 *
 *   waiting   not sent; due says when it is tried
 *   sending   being sent, but not so far that the MTA could have taken it
 *   unsure    all of it was sent but the last dot, or that too
 *   sent      the MTA took it
 *   denied    the destination has not agreed to get reports
 *   excluded  the administrator does not want it: an exclusion, or such
 *             reports are switched off
 *   failed    given up after DELIVER_SECONDS
 *
 * Each change is committed before the next step.  So a run that was killed
 * leaves "sending", which is surely not out and simply sent, or "unsure", which
 * is sent again, and logged: it carries the same report id and bytes.
 */
#ifndef REPORT_DELIVER_H
#define REPORT_DELIVER_H

#include "report/destination.h"
#include "report/reporter.h"

/* States of a report. */
#define REPORT_READY "ready"
#define REPORT_INVALID "invalid" /* against the schema; kept for a look */

enum {
	DELIVER_SECONDS = 3 * SECONDS_PER_DAY,
	DELIVER_FIRST_WAIT = 15 * 60, /* doubled with each attempt, up to */
	DELIVER_LAST_WAIT = 8 * SECONDS_PER_HOUR,
};

struct delivery {
	struct str report;
	struct str destination; /* address */
	enum report_kind kind;
	struct str domain; /* policy domain */
	int64_t made;
	struct str state;
	int64_t attempts;
};

struct deliver_counts {
	int64_t sent, waiting, denied, excluded, failed;
	int64_t again; /* of those tried, had perhaps been sent before */
};

/* A new delivery of report, destination, kind and domain; due at once. */
int deliver_add(struct reporter *r, const struct delivery *delivery) MUST_USE;

/*
 * Try all that are due.  0; ERR_LIMIT when another host took the lease
 * meanwhile; or an error that has been logged.
 */
int deliver_all(struct reporter *r, struct deliver_counts *ret) MUST_USE;

/* The seconds to wait after so many attempts. */
int64_t deliver_wait(int64_t attempts);

#endif
