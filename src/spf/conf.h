/*
 * The [spf] section.
 */
#ifndef SPF_CONF_H
#define SPF_CONF_H

#include "base/conf.h"

enum helo_check {
	HELO_OFF,
	HELO_LOG,     /* evaluated and reported */
	HELO_ENFORCE, /* and acted on, as the MAIL FROM result is */
};

enum temperror_action {
	TEMPERROR_ACCEPT,
	TEMPERROR_DEFER,
};

struct spf_conf {
	int helo_check;
	bool received_spf;
	int on_temperror;
};

extern const struct conf_section spf_section;

#endif
