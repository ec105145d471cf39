/*
 * A name server as configurations write it.
 */
#ifndef DNS_SERVER_H
#define DNS_SERVER_H

#include "base/err.h"
#include "base/ipnet.h"

struct dns_server {
	struct ipaddr addr;
	unsigned port; /* 53 unless told */
};

/* "IP" or "IP@PORT".  0 or ERR_SYNTAX. */
int dns_server_parse(struct str text, struct dns_server *ret) MUST_USE;

#endif
