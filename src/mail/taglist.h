/*
 * Tag=value lists: DKIM-Signature and DKIM key records (RFC 6376 section 3.2),
 * DMARC policy records (RFC 9989 section 4.7).
 */
#ifndef MAIL_TAGLIST_H
#define MAIL_TAGLIST_H

#include "base/arena.h"
#include "base/str.h"

struct tag {
	struct str name;  /* as written; tag names are case-sensitive */
	struct str value; /* without white space around it, folds inside kept */
};

struct taglist {
	struct tag *tags;
	size_t count;
};

/*
 * The next tag of *rest.  1: *ret is filled.  0: the end.  ERR_SYNTAX: the part
 * up to the next semicolon is not a tag; it has been skipped, and a lenient
 * caller goes on.
 */
int taglist_next(struct str *rest, struct tag *ret) MUST_USE;

/*
 * The whole list, strictly: ERR_SYNTAX for a malformed or repeated tag (RFC
 * 6376: a duplicate makes the entire list invalid), ERR_LIMIT for more than
 * TAGLIST_MAX tags, ERR_NOMEM.  The views look into text.
 */
int taglist_parse(struct arena *arena, struct str text, struct taglist *ret)
	MUST_USE;

enum { TAGLIST_MAX = 100 };

/* The value of the tag, or { NULL, 0 } when it is not there. */
struct str taglist_get(const struct taglist *list, const char *name);

#endif
