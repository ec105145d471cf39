/*
 * Forgetting: what is older than keep-days goes out of the database, imported
 * journal files older than keep-journal-days go from the disk.
 */
#ifndef REPORT_EXPIRE_H
#define REPORT_EXPIRE_H

#include "report/reporter.h"

struct expire_counts {
	int64_t rows, files;
};

/*
 * A file goes only when all of it is imported.  0, or an error that has been
 * logged; a file that cannot be removed is logged and left.
 */
int expire_all(struct reporter *r, struct expire_counts *ret) MUST_USE;

#endif
