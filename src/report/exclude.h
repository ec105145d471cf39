/*
 * Whom we never send reports: the administrator's list.
 */
#ifndef REPORT_EXCLUDE_H
#define REPORT_EXCLUDE_H

#include "report/destination.h"
#include "report/reporter.h"

struct exclusions {
	struct str *targets;
	size_t count;
};

/*
 * A target as it is kept: an address, or a domain in A-labels.  ERR_SYNTAX for
 * anything else, ERR_NOMEM.
 */
int exclude_target(struct arena *arena, struct str text, struct str *ret)
	MUST_USE;

/* 1 when that changed something, 0 when not; or an error. */
int exclude_add(struct reporter *r, struct str target) MUST_USE;
int exclude_remove(struct reporter *r, struct str target) MUST_USE;

/* All of them, sorted, in the reporter's arena. */
int exclude_load(struct reporter *r, struct exclusions *ret) MUST_USE;

/* Is the policy domain excluded, or a domain above it? */
bool excludes_domain(const struct exclusions *all, struct str domain);

/* Is the destination, or its host, or a domain above? */
bool excludes_destination(const struct exclusions *all,
	const struct destination *destination);

#endif
