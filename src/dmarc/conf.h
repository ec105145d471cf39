/*
 * The [dmarc] section.
 */
#ifndef DMARC_CONF_H
#define DMARC_CONF_H

#include "filter/filter.h"
#include "mail/results.h"

/* The strongest policy that is applied; in the order of enum dmarc_policy. */
enum dmarc_enforce {
	ENFORCE_MONITOR = DMARC_POLICY_NONE,
	ENFORCE_QUARANTINE = DMARC_POLICY_QUARANTINE,
	ENFORCE_REJECT = DMARC_POLICY_REJECT,
};

enum dmarc_quarantine { QUARANTINE_MARK, QUARANTINE_HOLD };

enum dmarc_on_temperror { TEMPERROR_ACCEPT, TEMPERROR_DEFER };

enum dmarc_on_invalid_from { INVALID_FROM_ACCEPT, INVALID_FROM_REJECT };

struct dmarc_conf {
	int enforce;
	int quarantine;
	const char *quarantine_header; /* "Name: value"; or NULL */
	int on_temperror;
	int on_invalid_from;
};

extern const struct conf_section dmarc_section;

/* The section checked, quarantine_header taken apart. */
struct dmarc_settings {
	struct dmarc_conf conf;
	struct str mark_name; /* empty: no header */
	struct str mark_value;
};

/*
 * filter.load: *settings is a struct dmarc_settings in load->arena.
 * 0, ERR_CONFIG with load->errors filled, ERR_NOMEM.
 */
int dmarc_load(const struct load *load, const void **settings) MUST_USE;

#endif
