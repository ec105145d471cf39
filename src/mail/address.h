/*
 * Addresses: the SMTP path (RFC 5321) and the From field (RFC 5322).
 *
 * What a mail reader shows and what we check must not differ, so the From
 * parser takes the grammar with its obsolete forms, the few mistakes that are
 * common and that every reader resolves alike, and refuses the rest.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/arena.h"
#include "base/str.h"

/* "local@domain", split at the last '@' outside quotes.  Borrowed views. */
struct mailbox {
	struct str local;  /* quotes kept */
	struct str domain; /* as written; empty when there is no '@' */
};

/*
 * A MAIL FROM or RCPT TO argument as an MTA hands it on: "<a@b>" or "a@b", a
 * source route ("@x,@y:a@b") dropped.  ret views text; empty for "<>".
 */
struct str address_path(struct str text);

struct mailbox address_split(struct str address);

enum { AUTHORS_MAX = 1000 };

struct authors {
	struct mailbox *boxes; /* copies, comments and folds removed */
	size_t count;
	/*
	 * Brackets or an address stood in a display name without quotes, or
	 * there was a route, a group, an element of the list without an
	 * address, or an '@' in a local part: readers go astray where more than
	 * that is odd.
	 */
	bool loose;
};

/*
 * The mailboxes of a From field's value (RFC 5322 section 3.6.2, RFC 6854 for
 * groups, RFC 6532 for 8-bit text): comments, quoted strings, folds, groups,
 * routes, empty list elements and the rest of section 4.4.  Encoded words are
 * never decoded.
 *
 * Beyond the grammar these pass, as no reader sees another domain in them: a
 * local part with dots in odd places; a dot behind the domain; brackets in an
 * unquoted display name; an unquoted address at its end whose domain is that of
 * the address in angle brackets.
 *
 * Refused although the grammar has it: an encoded word in a local part (some
 * readers decode it, and show another address), a route through another domain
 * than the address's (some show it), white space around the dots of a domain
 * (some end it there), an opening angle bracket in a comment
 * (some know no comments), and control characters.
 *
 * 0, with no box for groups without members; ERR_SYNTAX when it is not an
 * address list, or names no address outside a group (the authors found so far
 * are in ret); ERR_LIMIT above AUTHORS_MAX; ERR_NOMEM.  Linear in the size of
 * value.
 */
int address_authors(struct arena *arena, struct str value,
	struct authors *ret) MUST_USE;

#endif
