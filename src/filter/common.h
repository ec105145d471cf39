/*
 * The [common] section: what all filters share.
 */
#ifndef FILTER_COMMON_H
#define FILTER_COMMON_H

#include "base/conf.h"
#include "base/ipnet.h"
#include "base/log.h"

#include <sys/types.h>

/* Whose Authentication-Results count as results. */
enum trust {
	TRUST_SEALED,	   /* those that a neighbour milter sealed */
	TRUST_AUTHSERV_ID, /* and any that bears our authserv-id */
};

struct common {
	const char *authserv_id; /* NULL: the MTA's own name, macro j */
	struct ipnet_list internal_hosts;
	struct conf_list submission_daemons;
	struct conf_list nameservers;
	const char *trust_anchor; /* DNSSEC; NULL: not validated */
	bool report_dnssec;	  /* in Authentication-Results */
	const char *zone;	  /* master file in place of the DNS; or NULL */
	long deadline;		  /* ms of waiting for the DNS per message */
	int log_level;	/* see common_log_level */
	bool dry_run;
	int trust; /* enum trust */
	const char *seal_key; /* path */
	mode_t socket_mode;
	const char *socket_group; /* NULL: the process's own */
};

extern const struct conf_section common_section;

enum log_level common_log_level(const struct common *common);

/* The names of all sections, so that one file serves every program. */
extern const char *const conf_all_sections[];

#endif
