/*
 * The entries of a master file (RFC 1035 section 5.1): what belongs together
 * on one line, without comments and parentheses.  Internal to src/dns.
 */
#ifndef DNS_MASTER_H
#define DNS_MASTER_H

#include "base/arena.h"
#include "base/str.h"

struct master {
	struct arena *arena; /* of the entries */
	struct str rest;     /* the text not read yet */
	unsigned line;	     /* lines read */
};

/*
 * The next entry, NUL-terminated, with its quotes, escapes and leading space;
 * a line that is only a comment is one, too, from its semicolon on.
 * *ret_line is where it begins.  1, 0 at the end, ERR_NOMEM, or ERR_SYNTAX for
 * an open quote, an unmatched parenthesis or a NUL.
 */
int master_next(struct master *master, struct str *ret, unsigned *ret_line)
	MUST_USE;

#endif
