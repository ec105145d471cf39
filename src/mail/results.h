/*
 * What is known about the authenticity of a message.
 *
 * The filters fill it; the Authentication-Results writer, the journal and the
 * log read it.  A filter cannot tell whether its neighbour in the same process
 * filled a part or it was read from a sealed field.  Views belong to the arena
 * of the message.
 */
#ifndef MAIL_RESULTS_H
#define MAIL_RESULTS_H

#include "base/err.h"
#include "base/str.h"

/* RFC 8601 section 2.7: one set of words for all methods. */
enum auth_result {
	AUTH_NONE,
	AUTH_PASS,
	AUTH_FAIL,
	AUTH_SOFTFAIL, /* SPF only */
	AUTH_NEUTRAL,
	AUTH_POLICY, /* DKIM only: good, but not good enough for us */
	AUTH_TEMPERROR,
	AUTH_PERMERROR,
};

struct spf_results {
	bool known, helo_known;
	enum auth_result mail_from, helo;
	struct str mail_from_address; /* null sender: "postmaster@HELO" */
	struct str mail_from_domain;  /* A-label, lower case */
	struct str helo_name;
	struct str mechanism;	/* that matched: "ip4:192.0.2.0/24"; or empty */
	struct str reason, explanation; /* why not; the domain's exp= text */
};

struct dkim_result {
	enum auth_result result;
	struct str domain, selector; /* d=, lower case, and s= */
	struct str identity;  /* i=, or empty */
	struct str algorithm; /* a= */
	struct str b;	      /* the first 8 characters of b= */
	struct str reason;    /* for people; or empty */
	unsigned key_bits;    /* 0: unknown */
	bool partial_body;    /* l= covers less than the body */
	bool dnssec, test;    /* the key: DNSSEC-secured; t=y */
};

struct dkim_results {
	bool known;
	struct dkim_result *sigs;
	size_t count;
};

enum dmarc_policy {
	DMARC_POLICY_NONE,
	DMARC_POLICY_QUARANTINE,
	DMARC_POLICY_REJECT
};
enum dmarc_discovery { DMARC_TREEWALK, DMARC_PSL };

struct dmarc_results {
	bool known;
	enum auth_result result;
	struct str author_domain; /* RFC5322.From, A-label, lower case */
	struct str policy_domain; /* where the record was found; or empty */
	enum dmarc_discovery discovery;
	bool has_policy;
	enum dmarc_policy policy; /* asked for: p, sp or np after t= */
	enum dmarc_policy applied; /* what was done */
	struct str override;	   /* why applied is not policy; or empty */
	bool spf_aligned, dkim_aligned;
	struct str reason; /* for people; or empty */
};

struct sign_results {
	bool known;
	bool signed_; /* a signature was added */
	struct str domain, selector;
	struct str reason; /* why not; or empty */
};

struct results {
	struct spf_results spf;
	struct dkim_results dkim;
	struct dmarc_results dmarc;
	struct sign_results sign;
};

/* "pass", "fail", ...; static. */
const char *auth_result_text(enum auth_result result);

/* The inverse, case ignored; "hardfail" is not one. */
bool auth_result_parse(struct str text, enum auth_result *ret) MUST_USE;

/* "none", "quarantine", "reject". */
const char *dmarc_policy_text(enum dmarc_policy policy);
bool dmarc_policy_parse(struct str text, enum dmarc_policy *ret) MUST_USE;

#endif
