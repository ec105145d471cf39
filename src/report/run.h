/*
 * The steps of the timer job, each of which can also be asked for alone.
 */
#ifndef REPORT_RUN_H
#define REPORT_RUN_H

#include "report/reporter.h"

/*
 * All return an exit status, having logged what they did: EX_OK; EX_TEMPFAIL
 * when another process is at work; EX_UNAVAILABLE or EX_OSERR on failure.
 */
int run_import(struct reporter *r);
int run_send(struct reporter *r);
int run_expire(struct reporter *r);

/*
 * Import, send, expire.  A journal that cannot be read does not keep the rest
 * from being done; but nothing is forgotten unless all else went well.
 */
int run_all(struct reporter *r);

#endif
