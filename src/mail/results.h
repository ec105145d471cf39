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

#include "mail/auth.h"
#include "mail/dmarc_results.h"

struct spf_results {
	bool known, helo_known;
	enum auth_result mail_from, helo;
	struct str mail_from_address; /* null sender: "postmaster@HELO" */
	struct str mail_from_domain;  /* A-label, lower case */
	struct str helo_name;
	struct str mechanism, reason; /* that matched; why not; or empty */
	struct str action, override;  /* what was done, and why not more */
};

/* An identifier and the author domain: RFC 9989 section 4.10.2. */
enum alignment_kind { ALIGNED_NO, ALIGNED_RELAXED, ALIGNED_STRICT };

struct dkim_result {
	enum auth_result result;
	struct str domain, selector; /* d=, lower case, and s= */
	struct str identity;  /* i=, or empty */
	struct str algorithm; /* a= */
	struct str b;	      /* the first 8 characters of b= */
	struct str reason;    /* for people; or empty */
	unsigned key_bits;    /* 0: unknown */
	bool partial_body;    /* l= covers less than the body */
	bool discounted;      /* a pass would not count for DMARC */
	bool dnssec, test;    /* the key: DNSSEC-secured; t=y */
	enum alignment_kind aligned; /* by dmarc, as far as it mattered */
};

struct dkim_results {
	bool known;
	struct dkim_result *sigs;
	size_t count;
	struct str override; /* what a dry run would have done; or empty */
};

struct sign_results {
	bool known;
	bool signed_; /* a signature was added */
	struct str domain, selector; /* of all signatures, parted by commas */
	struct str reason, risk; /* why not; why it may break: or empty */
};

struct results {
	struct spf_results spf;
	struct dkim_results dkim;
	struct dmarc_results dmarc;
	struct sign_results sign;
};

#endif
