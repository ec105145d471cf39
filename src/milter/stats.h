/*
 * Counts for the status line.
 */
#ifndef MILTER_STATS_H
#define MILTER_STATS_H

#include "filter/filter.h"

void stats_connection(int change); /* +1 or -1 */
long stats_connections(void);
void stats_message(enum verdict verdict);

/* "12 messages, 1 deferred, 0 rejected; 3 connections", to the service
 * manager. */
void stats_report(void);

#endif
