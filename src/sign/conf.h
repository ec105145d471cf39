/*
 * The [sign] section.
 */
#ifndef SIGN_CONF_H
#define SIGN_CONF_H

#include "base/conf.h"

struct sign_conf {
	/* The simple form: the nth selector has the nth key. */
	struct conf_list domain;
	struct conf_list selector;
	struct conf_list key; /* paths */
	bool subdomains;
	const char *identity;

	/* The tables, in place of that. */
	const char *key_table;
	const char *signing_table;
	bool multiple_signatures;
	int third_party; /* enum sign_third_party */

	int canonicalization; /* header * 2 + body; 1: simple */
	struct conf_list signed_headers;
	struct conf_list oversign_headers;
	struct conf_list oversign_absent;
	int fields_at_risk; /* enum sign_at_risk */
	long lifetime;	    /* ms; 0: no x= */
};

enum sign_third_party { THIRD_PARTY_LISTED, THIRD_PARTY_ANY };
enum sign_at_risk { AT_RISK_OMIT, AT_RISK_SIGN };

extern const struct conf_section sign_section;

#endif
