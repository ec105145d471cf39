/*
 * SPF macros (RFC 7208 section 7): their grammar and their expansion.
 *
 * Nothing else in mailvet expands a macro; libspf2 sees literals only.
 */
#ifndef SPF_MACRO_H
#define SPF_MACRO_H

#include "base/arena.h"
#include "base/ipnet.h"
#include "base/str.h"

/* Where a macro string stands: which bytes and letters it may have. */
enum macro_use {
	MACRO_DOMAIN, /* a domain-spec: no space, no c, r or t */
	MACRO_TEXT,   /* an explanation: spaces, and all letters */
};

/* A piece of a macro string. */
struct macro_token {
	char letter; /* lower case; '\0': text stands for itself */
	struct str text;
	bool expands;	       /* a macro-expand: %{..}, %%, %_ or %- */
	bool escape;	       /* upper-case letter: URL-escape the value */
	bool reverse;	       /* transformer r */
	unsigned keep;	       /* right-hand parts to keep; 0: all */
	struct str delimiters; /* empty: "." */
};

/*
 * The next token of *rest (section 7.1).  1: *ret is filled.  0: the end.
 * ERR_SYNTAX: not a macro string.  The views look into *rest.
 */
int macro_next(struct str *rest, enum macro_use use, struct macro_token *ret)
	MUST_USE NONNULL;

/* Is text a macro-string?  Empty is. */
bool macro_valid(struct str text, enum macro_use use) MUST_USE;

/*
 * Is text a domain-spec: a macro-string that ends in a macro-expand or in a dot
 * and a toplabel, with or without a dot behind it?
 */
bool macro_valid_domain(struct str text) MUST_USE;

/* What the letters stand for. */
struct macro_values {
	struct str sender;	  /* s */
	struct str local;	  /* l */
	struct str sender_domain; /* o */
	struct str domain;	  /* d: the domain whose record it is */
	struct ipaddr client;	  /* i, c, v */
	struct str helo;	  /* h */
	struct str receiver;	  /* r */
	long now;		  /* t: seconds since 1970 */
	/* p: called for each %{p}, as it may ask the DNS. */
	struct str (*client_name)(void *arg, struct str domain);
	void *arg;
};

/*
 * Expand a domain-spec to the name to ask for: without a trailing dot, and
 * without labels on the left where it would be longer than 253 bytes (section
 * 7.3).  It need not be a valid name.  0, ERR_SYNTAX, ERR_NOMEM.
 */
int macro_domain(struct arena *arena, struct str spec,
	const struct macro_values *values, struct str *ret) MUST_USE;

enum { MACRO_TEXT_MAX = 500 };

/*
 * Expand an explanation.  The values come from strangers: what is not printable
 * ASCII becomes '?', and the text is cut to MACRO_TEXT_MAX bytes.
 * 0, ERR_SYNTAX, ERR_NOMEM.
 */
int macro_text(struct arena *arena, struct str text,
	const struct macro_values *values, struct str *ret) MUST_USE;

#endif
