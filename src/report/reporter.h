/*
 * What all parts of the reporter work with: settings, database, DNS, the time.
 */
#ifndef REPORT_REPORTER_H
#define REPORT_REPORTER_H

#include "dmarc/conf.h"
#include "pipeline/snapshot.h"
#include "report/conf.h"
#include "report/store.h"

enum { SECONDS_PER_HOUR = 3600, SECONDS_PER_DAY = 86400 };

struct reporter {
	const struct report_settings *settings;
	const struct dmarc_conf *dmarc; /* where the journals are */
	const struct common *common;
	struct dns *dns;
	struct store *store;
	struct arena *arena; /* as long as the reporter */
	int64_t now;	     /* seconds since 1970; one for the whole run */
	int64_t lease;	     /* see lease.h; 0: not held */
};

/*
 * Read the configuration (NULL: all defaults); no database yet.  What it opens
 * ends with the arena.  0, ERR_CONFIG with errors filled, ERR_NOMEM.
 */
int reporter_configure(struct arena *arena, const char *config,
	struct conf_errors *errors, struct reporter *ret) MUST_USE;

/* Open the database.  0, or an error that has been logged. */
int reporter_open(struct reporter *r) MUST_USE;

/* Log what the database says; returns ERR_LIBRARY. */
int reporter_store_error(const struct reporter *r);

#endif
