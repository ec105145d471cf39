/*
 * Where reports go: the URIs of rua and ruf, and whether a destination outside
 * the domain's organization has agreed to get them (RFC 9990 section 4).
 */
#ifndef REPORT_DESTINATION_H
#define REPORT_DESTINATION_H

#include "base/arena.h"
#include "base/str.h"
#include "dns/dns.h"
#include "report/line.h"

struct destination {
	struct str address; /* "local@host": goes into SMTP and a header */
	struct str host;    /* A-label, lower case */
};

struct destinations {
	struct destination *list;
	size_t count;
};

enum { DESTINATIONS_MAX = 10 /* of one report */ };

/*
 * The address of a mailto: URI: percent encoding resolved, parameters cut off.
 * ERR_SYNTAX for other schemes, several addresses, and local parts that need
 * quotes; ERR_NOMEM.
 */
int destination_parse(struct arena *arena, struct str uri,
	struct destination *ret) MUST_USE;

/*
 * Of a list of URIs those that can be used, each once, the first
 * DESTINATIONS_MAX.  ERR_NOMEM.
 */
int destinations_parse(struct arena *arena, const struct line_uris *uris,
	struct destinations *ret) MUST_USE;

enum report_kind { KIND_AGGREGATE, KIND_FAILURE };

enum consent {
	CONSENT_GIVEN,
	CONSENT_DENIED,	 /* there is no record that allows it */
	CONSENT_UNKNOWN, /* the DNS did not answer: try later */
};

struct agreement {
	enum consent consent;
	struct destinations to; /* the addresses to use, when given */
};

/*
 * Does the destination want reports about the domain?  Within one
 * organizational domain yes; else the record at
 * DOMAIN._report._dmarc.HOST decides, and may name other addresses, all at the
 * same host.  0, ERR_NOMEM.
 */
int destination_verify(struct dns_scope *dns, struct str domain,
	const struct destination *destination, enum report_kind kind,
	struct agreement *ret) MUST_USE;

#endif
