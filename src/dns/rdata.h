/*
 * Resource record data, from the wire into what mailvet works with.
 *
 * The bytes come from strangers.  Names are not compressed here: libunbound
 * and ldns both hand out whole ones.  Internal to src/dns.
 */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "dns/dns.h"

struct rdata {
	const uint8_t *p;
	size_t n;
};

/*
 * Decode one record of the type.  Its data is written to out, which must have
 * room for wire.n bytes.  ERR_SYNTAX when it is not of the type's form, or
 * holds a name that has no text in which it could be asked for: a label with
 * a dot inside.  Then *ret is left alone.
 */
int rdata_decode(enum dns_type type, struct rdata wire, char *out,
	struct dns_record *ret) MUST_USE;

/*
 * A name on the wire, which must fill all of it, into text: lower case, no
 * escapes, no trailing dot.  out as above.
 */
int rdata_name(struct rdata wire, char *out, struct str *ret) MUST_USE;

#endif
