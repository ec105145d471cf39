/*
 * The mail of a delivery, out of the report in the database.
 */
#ifndef REPORT_LETTER_H
#define REPORT_LETTER_H

#include "report/deliver.h"

/*
 * The whole message for the destination: the same bytes each time.  0,
 * ERR_NOMEM, ERR_LIBRARY, ERR_ABSENT when the report is gone.
 */
int letter_write(struct reporter *r, struct arena *arena,
	const struct delivery *delivery, struct str *ret) MUST_USE;

#endif
