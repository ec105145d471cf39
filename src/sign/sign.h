/*
 * Sign one message (RFC 6376 section 5), by one or several signatures that
 * differ in key and names only.
 *
 * libopendkim computes the hashes, as a verifier would, over fields that are
 * written here; so the list of signed fields is ours, and the private keys
 * never leave keys.c.
 */
#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include "dkim/lib.h"
#include "sign/fields.h"
#include "sign/signer.h"

struct sign_options {
	struct dk_library *library;
	struct field_policy fields;
	bool simple_header, simple_body; /* c=; else relaxed */
	long lifetime;			 /* seconds from t= to x=; 0: no x= */
};

struct signing;

/*
 * The header is complete.  Everything must outlive the signing.  ERR_SYNTAX: a
 * field has a NUL byte, or From a control character (risk.h).  ERR_NOMEM,
 * ERR_LIBRARY.
 */
int signing_new(struct arena *arena, const struct sign_options *options,
	const struct signers *signers, const struct headers *headers,
	struct signing **ret) MUST_USE;

/* The next bytes of the body.  ERR_NOMEM, ERR_LIBRARY; ERR_LIMIT: a line is
 * longer than DK_LINE_MAX. */
int signing_body(struct signing *signing, struct str chunk) MUST_USE;

/*
 * The end of the message: the values of the DKIM-Signature fields, one for
 * each signer, owned by the arena, folds as LF and tab.  ERR_SYNTAX: the body
 * has a CR or LF alone, of which each MTA on the way makes something else.
 * ERR_NOMEM, ERR_LIBRARY.
 */
int signing_end(struct signing *signing, struct str ret[SIGNERS_MAX]) MUST_USE;

#endif
