/*
 * What an MTA would rewrite after us, so that the signature would break.
 *
 * sendmail lays address lists out anew (", " between addresses, no empty
 * ones, a space before a comment), qualifies addresses without a domain,
 * breaks lines that are longer than the mailer's limit (990), and converts
 * 8-bit text for a peer that only takes 7 bits.
 */
#ifndef SIGN_RISK_H
#define SIGN_RISK_H

#include "mail/header.h"

enum { RISK_LINE_MAX = 990 };

/*
 * Would sendmail write this field differently, as far as the canonicalization
 * sees?  simple sees all, relaxed neither folds nor the number of blanks.
 */
bool risk_in_field(const struct header *field, bool simple);

/*
 * Does it hold a VT, an FF, or a CR that is not at the end of a line?  They are
 * white space to the relaxed canonicalization of some verifiers, libopendkim
 * among them, and to others not: no signature of the field would please all.
 */
bool risk_has_control(const struct header *field);

/* What was found in a message so far; { 0 } is none. */
struct risk {
	size_t line; /* bytes of the line under way */
	bool long_line, eight_bit;
	bool simple; /* canonicalization of the header; set by the owner */
};

void risk_headers(struct risk *risk, const struct headers *headers);

/* The next bytes of the body. */
void risk_body(struct risk *risk, struct str chunk);

/*
 * "addresses in To, Cc; control characters in Subject; a line over 990 bytes;
 * 8-bit text"; { "", 0 } is none.
 * { NULL, 0 } when out of memory.
 */
struct str risk_text(const struct risk *risk, const struct headers *headers,
	struct arena *arena) MUST_USE;

#endif
