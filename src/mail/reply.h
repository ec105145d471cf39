/*
 * An SMTP reply: code, enhanced code (RFC 3463, RFC 7372) and one line of text.
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include "base/arena.h"
#include "base/str.h"

struct reply {
	const char *code;     /* "550"; NULL: the MTA's own words */
	const char *enhanced; /* "5.7.26" */
	const char *text;     /* printable ASCII, no '%' */
};

/*
 * Make a reply.  text may carry a stranger's words: control and non-ASCII
 * bytes become '?', '%' becomes a word (an MTA may take it for a format), and
 * it is cut to REPLY_TEXT_MAX bytes.
 * code and enhanced must be static.  On ERR_NOMEM *ret has code without text.
 */
int reply_make(struct arena *arena, const char *code, const char *enhanced,
	struct str text, struct reply *ret);

enum { REPLY_TEXT_MAX = 400 };

#endif
