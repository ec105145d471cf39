/*
 * The [sign] section.
 */
#ifndef SIGN_CONF_H
#define SIGN_CONF_H

#include "base/conf.h"

struct sign_conf {
	const char *domain;
	const char *selector;
	const char *key; /* path */
	bool subdomains;
};

extern const struct conf_section sign_section;

#endif
