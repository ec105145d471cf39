/*
 * The [spf] section.
 */
#ifndef SPF_CONF_H
#define SPF_CONF_H

#include "filter/lists.h"

enum helo_check {
	HELO_OFF,
	HELO_LOG,     /* evaluated and reported */
	HELO_ENFORCE, /* and acted on, as the MAIL FROM result is */
};

/* What to do with a message; the stronger, the higher. */
enum spf_action {
	SPF_ACCEPT,
	SPF_TAG, /* in the Subject */
	SPF_QUARANTINE,
	SPF_DEFER,
	SPF_REJECT,
};

struct spf_conf {
	int helo_check;
	bool received_spf;
	bool skip_null_sender;
	int actions[AUTH_PERMERROR + 1]; /* enum spf_action, by the result */
	const char *reply_text;
	const char *subject_tag;
	/* Words, as written: see spf_settings. */
	struct conf_list ip, ptr, from, to, helo;
};

/* Mail that nothing is done to, whatever the result. */
struct spf_whitelist {
	struct ipnet_list ip;
	struct name_list ptr;
	struct name_list from;
	struct name_list to;
	struct name_list helo;
};

struct spf_settings {
	struct spf_conf conf;
	struct spf_whitelist whitelist;
	bool refuses; /* some action is defer or reject, and not a dry run */
};

extern const struct conf_section spf_section;

/* As struct filter has it: *settings is a struct spf_settings. */
int spf_load(const struct load *load, const void **settings);

const char *spf_action_text(enum spf_action action);

#endif
