/*
 * The [report] section.
 */
#ifndef REPORT_CONF_H
#define REPORT_CONF_H

#include "filter/filter.h"

struct report_conf {
	const char *database;	  /* path, or "postgresql://..." */
	const char *host;	  /* our name among hosts; NULL: the system's */
	const char *from;	  /* address; NULL: nothing is sent */
	const char *organization; /* NULL: the domain of from */
	const char *contact;	  /* for people who read a report; or NULL */
	const char *submit;	  /* "HOST" or "HOST:PORT" */
	const char *schema;	  /* the RELAX NG file */
	bool aggregate;		  /* make aggregate reports at all */
	bool redact;		  /* local parts in failure reports */
	long failure_limit;	  /* per destination and hour */
	long keep_days, keep_journal_days;
};

extern const struct conf_section report_section;

/* The section checked and taken apart. */
struct report_settings {
	struct report_conf conf;
	struct str sender;	 /* from, else postmaster@HOST */
	struct str submitter;	 /* its domain */
	struct str organization; /* for org_name */
	struct str host;
	const char *submit_host; /* without brackets */
	unsigned submit_port;
};

/*
 * As filter.load: *settings is a struct report_settings in load->arena.
 * 0, ERR_CONFIG with load->errors filled, ERR_NOMEM.
 */
int report_load(const struct load *load, const void **settings) MUST_USE;

#endif
