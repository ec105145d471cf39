/*
 * Counts for the status line.
 */
#ifndef MILTER_STATS_H
#define MILTER_STATS_H

#include "pipeline/snapshot.h"

void stats_connection(int change); /* +1 or -1 */
long stats_connections(void);
void stats_message(enum verdict verdict);

/*
 * "12 messages, 1 deferred, 0 rejected; 3 connections", and what the filters
 * have to tell, to the service manager; their warnings to the log.
 */
void stats_report(const struct program *program);

#endif
