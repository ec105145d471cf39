/*
 * From results to a DMARC result and the policy asked for: RFC 9989 sections
 * 4.10.1 and 5.3.  What is done about it is the session's business.
 */
#ifndef DMARC_POLICY_H
#define DMARC_POLICY_H

#include "dmarc/walk.h"
#include "mail/results.h"

/*
 * Evaluate for the start of the author's walk.  Fills all of results->dmarc
 * from results->spf and results->dkim but .applied, which is left at none, and
 * says of each signature how it is aligned.  .reasons has policy_test_mode
 * where t=y lowered the policy.
 *
 * pass: an aligned pass.  none: no record, or one that does not apply.
 * temperror: the DNS left open what the policy is, or whether there would have
 * been an aligned pass.  fail: the rest.  Only a fail asks for the existence of
 * the author domain, and only where np differs from sp; .policy of a pass is
 * that of an existing domain.
 *
 * *ret_record is the policy record, or NULL.  0, ERR_NOMEM.
 */
int policy_evaluate(struct walk *author, struct results *results,
	const struct dmarc_record **ret_record) MUST_USE;

#endif
