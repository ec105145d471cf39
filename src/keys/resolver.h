/*
 * The DNS of a command: a master file, or as the configuration has it.
 */
#ifndef KEYS_RESOLVER_H
#define KEYS_RESOLVER_H

#include "dns/dns.h"
#include "filter/common.h"

/* zone: a master file, or NULL.  NULL with a message on standard error; else
 * dns_close it. */
struct dns *resolver_open(const struct common *common, const char *zone);

#endif
