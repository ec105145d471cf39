/*
 * Sign one message (RFC 6376 section 5) by rsa-sha256, relaxed/relaxed.
 *
 * libopendkim computes the hashes, as a verifier would, over a field that is
 * written here; so the list of signed fields is ours, and the private key
 * never leaves keys.c.
 */
#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include "dkim/lib.h"
#include "mail/header.h"
#include "sign/keys.h"

struct sign_options {
	struct dk_library *library;
	const struct sign_key *key;
	struct str domain;   /* d= */
	struct str selector; /* s= */
};

struct signing;

/*
 * The header is complete.  headers must outlive the signing.  ERR_SYNTAX: a
 * field that is to be signed has a NUL byte.  ERR_NOMEM, ERR_LIBRARY.
 */
int signing_new(struct arena *arena, const struct sign_options *options,
	const struct headers *headers, struct signing **ret) MUST_USE;

/* The next bytes of the body.  ERR_NOMEM, ERR_LIBRARY; ERR_LIMIT: a line is
 * longer than DK_LINE_MAX. */
int signing_body(struct signing *signing, struct str chunk) MUST_USE;

/*
 * The end of the message: the value of the DKIM-Signature field, owned by the
 * arena, folds as LF and tab.  ERR_SYNTAX: the body has a CR or LF alone, of
 * which each MTA on the way makes something else.  ERR_NOMEM, ERR_LIBRARY.
 */
int signing_end(struct signing *signing, struct str *ret) MUST_USE;

/* Is the field one that is signed when a message has it? */
bool sign_covers(struct str name);

#endif
