/*
 * The [dmarc] section.
 */
#ifndef DMARC_CONF_H
#define DMARC_CONF_H

#include "dmarc/override.h"
#include "dmarc/spool.h"
#include "dmarc/suffix.h"
#include "filter/filter.h"

/* The strongest policy that is applied; in the order of enum dmarc_policy. */
enum dmarc_enforce {
	ENFORCE_MONITOR = DMARC_POLICY_NONE,
	ENFORCE_QUARANTINE = DMARC_POLICY_QUARANTINE,
	ENFORCE_REJECT = DMARC_POLICY_REJECT,
};

enum dmarc_quarantine { QUARANTINE_MARK, QUARANTINE_HOLD };

enum dmarc_on_temperror { TEMPERROR_ACCEPT, TEMPERROR_DEFER };

enum dmarc_on_invalid_from { INVALID_FROM_ACCEPT, INVALID_FROM_REJECT };

enum dmarc_name_address { NAME_ADDRESS_IGNORE, NAME_ADDRESS_INVALID };

struct dmarc_conf {
	int discovery; /* enum dmarc_discovery */
	int enforce;
	int quarantine;
	const char *quarantine_header; /* "Name: value"; or NULL */
	int on_temperror;
	int on_invalid_from;
	int name_address;
	const char *overrides; /* file; or NULL */
	bool journal;
	const char *journal_directory;
	bool failure_reports;
	const char *failure_directory;
};

extern const struct conf_section dmarc_section;

/* The section checked, and all that it names opened. */
struct dmarc_settings {
	struct dmarc_conf conf;
	const struct suffixes *suffixes; /* NULL: the tree walk */
	struct overrides overrides;
	struct spool *journal, *failures; /* NULL: not kept */
	struct str mark_name; /* empty: no header */
	struct str mark_value;
};

/*
 * filter.load: *settings is a struct dmarc_settings in load->arena.
 * 0, ERR_CONFIG with load->errors filled, ERR_NOMEM.
 */
int dmarc_load(const struct load *load, const void **settings) MUST_USE;

#endif
