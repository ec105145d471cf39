/*
 * Verify the DKIM signatures of one message (RFC 6376 section 6), with the DNS
 * handed in.
 *
 * libopendkim hashes the body, canon.h the header, and libcrypto checks the
 * signature.  All judgement is here: which signatures are tried, which keys are
 * good enough, and what a result is worth.
 */
#ifndef DKIM_VERIFY_H
#define DKIM_VERIFY_H

#include "dkim/conf.h"
#include "dkim/lib.h"
#include "dns/dns.h"
#include "mail/header.h"
#include "mail/results.h"

struct verify_options {
	struct dk_library *library;
	unsigned minimum_bits; /* of an RSA key */
	unsigned maximum;      /* signatures that are tried */
	enum partial_body partial;
	bool ignore_tests; /* keys under test do not count for DMARC */
};

struct verifier;

/*
 * The header is complete: read its signatures and ask for their keys, without
 * blocking.  scope and headers must outlive the verifier.  ERR_NOMEM,
 * ERR_LIBRARY.
 */
int verifier_new(struct arena *arena, const struct verify_options *options,
	struct dns_scope *scope, const struct headers *headers,
	struct verifier **ret) MUST_USE;

/* Is there a signature whose result depends on the (rest of the) body? */
bool verifier_wants_body(const struct verifier *verifier) NONNULL;

/* The next bytes of the body.  ERR_NOMEM, ERR_LIBRARY. */
int verifier_body(struct verifier *verifier, struct str chunk) MUST_USE;

/*
 * The end of the message: wait for the keys within the budget.  One result for
 * each signature, top first, those that were not tried included (at most twice
 * options->maximum in all).  ERR_NOMEM, ERR_LIBRARY.
 */
int verifier_end(struct verifier *verifier, struct dkim_results *ret) MUST_USE;

#endif
