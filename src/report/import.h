/*
 * The journal into the database.
 */
#ifndef REPORT_IMPORT_H
#define REPORT_IMPORT_H

#include "report/reporter.h"

struct import_counts {
	int64_t lines; /* imported */
	int64_t aside; /* kept aside: corrupt, or of another version */
	int64_t files;
	int64_t broken; /* files that could not be read */
};

/*
 * Import what the closed hours of both journals have beyond what is imported.
 * A batch of lines and how far the file is read is one transaction: wherever
 * this is killed, each line is in the database once.  0, or an error that has
 * been logged.
 */
int import_all(struct reporter *r, struct import_counts *ret) MUST_USE;

#endif
