/*
 * The author domain of a message: RFC 9989 section 5.3.1.
 */
#ifndef DMARC_AUTHOR_H
#define DMARC_AUTHOR_H

#include "mail/header.h"

struct author {
	struct str domain; /* A-label, lower case; empty: there is not one */
	struct str problem; /* why not, for people */
};

/*
 * Exactly one From field, with one or more addresses of one domain, which is a
 * name that one can ask the DNS for, and ends in letters or an A-label.
 *
 * No encoded word may hide what would change the field for a reader that
 * decodes before it parses: line ends, NUL, an address of another domain with
 * the punctuation that sets it off, or that punctuation where such an address
 * stands.  plain_names: nor may an address of
 * another domain be anywhere beside the author's, encoded or not; so, too,
 * where the field is loose (address.h).
 * 0, ERR_NOMEM.
 */
int author_find(struct arena *arena, const struct headers *headers,
	bool plain_names, struct author *ret) MUST_USE;

#endif
