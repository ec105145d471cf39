/*
 * The names of a master file, as the one tree below the root that they are.
 *
 * It is filled once and then does not change, so asking needs no lock.
 * Internal to src/dns.
 */
#ifndef DNS_ZONE_H
#define DNS_ZONE_H

#include "dns/backend.h"

enum { ZONE_CNAME = 5 }; /* the type that is followed */

enum zone_fault { FAULT_NONE, FAULT_FAILURE, FAULT_TIMEOUT };

struct zone;

/* All of it lives in the arena.  NULL when out of memory. */
struct zone *zone_new(struct arena *arena) MUST_USE;

/*
 * One more record at a name, with data in wire form.  name and wire must live
 * as long as the zone.  ERR_NOMEM, or ERR_SYNTAX when the data is not what its
 * type promises (only of types that one can ask for, and CNAME).
 */
int zone_add(struct zone *zone, struct str name, unsigned type, uint32_t ttl,
	struct rdata wire) MUST_USE;

/* From now on the name, which exists then, gives no other answer. */
int zone_add_fault(
	struct zone *zone, struct str name, enum zone_fault fault) MUST_USE;

/*
 * Answer as a name server for the root would that follows CNAMEs, at most 16
 * of them: an absent name is NXDOMAIN, unless a wildcard covers it (RFC 4592);
 * DNS_TIMEOUT stands for no answer.
 */
struct dns_reply zone_resolve(
	struct zone *zone, struct str name, enum dns_type type);

#endif
