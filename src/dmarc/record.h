/*
 * The DMARC policy record: RFC 9989 sections 4.6 to 4.8.
 *
 * Strict where the RFC is: "v=DMARC1" comes first, in these letters, with
 * nothing before it; tag names are case-sensitive (RFC 6376 section 3.2, whose
 * format this is), the words that are values are not.  Unknown tags are
 * ignored.  A known tag that does not keep to its syntax counts as not given;
 * so does one that appears twice, since nobody can say which was meant.
 */
#ifndef DMARC_RECORD_H
#define DMARC_RECORD_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/results.h"

enum dmarc_psd {
	PSD_UNKNOWN, /* u, the default */
	PSD_YES,
	PSD_NO,
};

/* Bits of fo=. */
enum dmarc_fo {
	FO_ALL = 1 << 0,  /* 0, the default: all mechanisms failed to align */
	FO_ANY = 1 << 1,  /* 1: any did */
	FO_DKIM = 1 << 2, /* d */
	FO_SPF = 1 << 3,  /* s */
};

/* The mailto: URIs of rua or ruf, as written, obsolete sizes cut off. */
struct dmarc_uris {
	struct str *list;
	size_t count;
	bool any_valid; /* a valid URI of any scheme was there */
};

struct dmarc_record {
	/*
	 * False: p is missing or bad, or sp or np is bad, and there is no valid
	 * rua: DMARC does not apply (section 4.10.1).  The record still counts
	 * for the organizational domain.
	 */
	bool applies;
	/* With all fallbacks: np -> sp -> p; all none after a bad one. */
	enum dmarc_policy p, sp, np;
	bool sp_given, np_given; /* and valid, and used */
	bool strict_dkim, strict_spf;
	bool testing; /* t=y */
	enum dmarc_psd psd;
	unsigned fo; /* FO_ALL without a ruf that we can use */
	struct dmarc_uris rua, ruf;
	struct str text; /* normalised: see record_parse */
};

/* Does it begin as a DMARC record?  All others at the name do not count. */
bool record_is_dmarc(struct str text);

/*
 * Parse a text for which record_is_dmarc holds; ERR_SYNTAX for another.
 * ret->text is the record in one way of writing: what was understood and is not
 * a default, p first, "; " between the tags, no unknown tag; a record that does
 * not apply has no p.  ERR_NOMEM.
 */
int record_parse(struct arena *arena, struct str text,
	struct dmarc_record *ret) MUST_USE;

#endif
