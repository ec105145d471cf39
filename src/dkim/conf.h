/*
 * The [dkim] section.
 */
#ifndef DKIM_CONF_H
#define DKIM_CONF_H

#include "base/conf.h"

enum on_temperror { ON_TEMPERROR_ACCEPT, ON_TEMPERROR_DEFER };

struct dkim_conf {
	long minimum_key_bits;
	long maximum_signatures;
	int on_temperror; /* enum on_temperror */
};

extern const struct conf_section dkim_section;

#endif
