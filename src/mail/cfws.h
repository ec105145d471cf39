/*
 * Comments, folding white space and quoted strings (RFC 5322 section 3.2):
 * what every structured header field is interspersed with.
 */
#ifndef MAIL_CFWS_H
#define MAIL_CFWS_H

#include "base/arena.h"
#include "base/str.h"

/* Pass over white space and (nested) comments.  ERR_SYNTAX: a comment that does
 * not end; *rest is then unspecified. */
int cfws_skip(struct str *rest) MUST_USE;

/*
 * Pass over the quoted string at the start of *rest; *inside is what stands
 * between the quotes, escapes kept.  ERR_SYNTAX: it does not end.
 */
int cfws_skip_quoted(struct str *rest, struct str *inside) MUST_USE;

/* Likewise, with escapes resolved and folds removed, in arena. */
int cfws_quoted(struct arena *arena, struct str *rest, struct str *ret)
	MUST_USE;

/* Pass over the comment at the start of *rest; *inside without the outermost
 * parentheses. */
int cfws_skip_comment(struct str *rest, struct str *inside) MUST_USE;

#endif
