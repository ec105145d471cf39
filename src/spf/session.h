/*
 * The spf filter: checks MAIL FROM and HELO (RFC 7208 section 2), fills the
 * message's results.spf and adds the Received-SPF field.
 */
#ifndef SPF_SESSION_H
#define SPF_SESSION_H

#include "filter/filter.h"

extern const struct filter spf_filter;

#endif
