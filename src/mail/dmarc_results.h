/*
 * What DMARC made of a message; a part of struct results.
 */
#ifndef MAIL_DMARC_RESULTS_H
#define MAIL_DMARC_RESULTS_H

#include "mail/auth.h"

enum dmarc_policy {
	DMARC_POLICY_NONE,
	DMARC_POLICY_QUARANTINE,
	DMARC_POLICY_REJECT
};
enum dmarc_discovery { DMARC_TREEWALK, DMARC_PSL };

/* Why something else was done than the policy asks for: RFC 9990. */
enum dmarc_reason_type {
	REASON_LOCAL_POLICY,
	REASON_MAILING_LIST,
	REASON_OTHER,
	REASON_TEST_MODE,
	REASON_TRUSTED_FORWARDER,
};

struct dmarc_reason {
	enum dmarc_reason_type type;
	struct str comment; /* for people; or empty */
};

/* One of each kind that there is: t=y, an override, enforce, dry-run. */
enum { DMARC_REASONS_MAX = 4 };

struct dmarc_results {
	bool known;
	enum auth_result result;
	struct str author_domain; /* RFC5322.From, A-label, lower case */
	struct str policy_domain; /* where the record was found; or empty */
	enum dmarc_discovery discovery;
	bool has_policy;
	enum dmarc_policy policy; /* asked for: p, sp or np after t= */
	enum dmarc_policy applied; /* what was done */
	struct dmarc_reason reasons[DMARC_REASONS_MAX];
	size_t reason_count;
	bool spf_aligned, dkim_aligned;
	struct str reason;  /* of the result, for people; or empty */
	struct str journal; /* what is wrong with its line; or empty */
	struct str bug; /* where two parsers differ, for the log; or empty */
};

/* "none", "quarantine", "reject". */
const char *dmarc_policy_text(enum dmarc_policy policy);
bool dmarc_policy_parse(struct str text, enum dmarc_policy *ret) MUST_USE;

/* "local_policy", "mailing_list", ...: the words of RFC 9990. */
const char *dmarc_reason_text(enum dmarc_reason_type type);
bool dmarc_reason_parse(
	struct str text, enum dmarc_reason_type *ret) MUST_USE;

/* Note a reason; one for which there is no room is dropped. */
void dmarc_reason_add(struct dmarc_results *dmarc,
	enum dmarc_reason_type type, struct str comment);

#endif
