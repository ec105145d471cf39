/*
 * Overrides: what the administrator knows better than a policy.
 */
#ifndef DMARC_OVERRIDE_H
#define DMARC_OVERRIDE_H

#include "filter/message.h"

enum override_action {
	OVERRIDE_NONE = DMARC_POLICY_NONE,
	OVERRIDE_QUARANTINE = DMARC_POLICY_QUARANTINE,
	OVERRIDE_REJECT = DMARC_POLICY_REJECT,
	OVERRIDE_POLICY, /* all that the policy asks for */
};

enum condition_kind { BY_FROM, BY_CLIENT, BY_LIST_ID, BY_FORWARDER };

struct condition {
	enum condition_kind kind;
	struct ipnet net; /* BY_CLIENT */
	struct str name;  /* all others; a normalised name */
	bool below; /* written ".example.org": the name and all below it */
};

struct override {
	enum override_action action;
	struct dmarc_reason reason;
	struct condition *conditions; /* all must hold */
	size_t count;
};

struct overrides {
	struct override *list;
	size_t count;
};

/*
 * The first that holds for a message with its results, or NULL.  What a sender
 * writes counts as he wrote it: List-Id and From prove nothing by themselves.
 */
const struct override *override_find(
	const struct overrides *overrides, const struct message *message);

#endif
