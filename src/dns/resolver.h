/*
 * Opening and closing a resolver.  dns.h includes this.
 */
#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include "base/conf.h"
#include "base/err.h"

struct dns;

struct dns_options {
	/* "IP" or "IP@PORT"; none: the system's, as they are at dns_open */
	struct conf_list nameservers;
	const char *trust_anchor; /* file with a DNSSEC root key; or NULL */
};

/*
 * The real DNS, by libunbound.  0, ERR_NOMEM, ERR_LIBRARY (also for a trust
 * anchor that cannot be read), or ERR_SYNTAX for a name server that is none.
 */
int dns_open(const struct dns_options *options, struct dns **ret) MUST_USE;

/*
 * A master file instead of the DNS, read by ldns ($ORIGIN, $TTL, quoting; no
 * SOA needed; absent names are NXDOMAIN, empty non-terminals and missing types
 * NODATA, CNAMEs are followed, wildcards are those of RFC 4592).  A line
 *     ; fault NAME SERVFAIL|REFUSED|TIMEOUT
 * declares a fault, of every type; the name exists.  A name without trailing
 * dot is below $ORIGIN, and absolute where there is none.  0, ERR_NOMEM, what
 * file_open returns, or ERR_SYNTAX with *ret_line the line at fault.
 */
int dns_open_zone(const char *path, struct dns **ret, unsigned *ret_line)
	MUST_USE;

/*
 * Told, from a thread of a resolver, what the administrator has to know:
 * libunbound fell silent and is replaced or, hopeless, cannot be any more, so
 * that all questions fail for want of memory until the process is another.
 * Of the whole process; NULL, as from the start: nobody is told.
 */
typedef void dns_listener(const char *text, bool hopeless);
void dns_listen(dns_listener *listener);

/* Ends the resolver; nobody may ask or wait any more.  NULL is ok. */
void dns_close(struct dns *dns);

#endif
