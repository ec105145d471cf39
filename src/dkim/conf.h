/*
 * The [dkim] section.
 */
#ifndef DKIM_CONF_H
#define DKIM_CONF_H

#include "base/conf.h"

/* A signature that covers only a part of the body (l=). */
enum partial_body {
	PARTIAL_ACCEPT, /* is as good as any */
	PARTIAL_IGNORE, /* passes, but does not count for DMARC */
	PARTIAL_REFUSE, /* does not pass: "policy" */
};

enum test_keys { TEST_KEYS_ACCEPT, TEST_KEYS_IGNORE };

enum dkim_action { DKIM_ACCEPT, DKIM_DEFER, DKIM_REJECT };

struct dkim_conf {
	long minimum_key_bits;
	long maximum_signatures;
	int partial_body; /* enum partial_body */
	int test_keys;    /* enum test_keys */
	/* What becomes of a message, enum dkim_action; see action.h. */
	int on_none, on_fail, on_policy, on_permerror, on_temperror;
};

extern const struct conf_section dkim_section;

#endif
