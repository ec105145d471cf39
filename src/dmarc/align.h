/*
 * Identifier alignment: RFC 9989 section 4.10.2.
 *
 * Strict: the names are equal.  Relaxed: their organizational domains are.  A
 * walk is made only where it can matter: not for equal names, which are
 * aligned whatever the DNS says; not for a name outside the author's
 * organizational domain, which never is; not when an equal name of the same
 * method passed already.
 */
#ifndef DMARC_ALIGN_H
#define DMARC_ALIGN_H

#include "dmarc/walk.h"
#include "mail/results.h"

/*
 * Different names that a message may have walks made for.  More passing names
 * than this are not aligned, unless equal; no honest message has them.
 */
enum { ALIGN_WALKS_MAX = 16 };

struct alignment {
	bool spf, dkim; /* an aligned pass */
	/*
	 * Without an aligned pass: a temporary error, of SPF, of DKIM or of a
	 * walk, stands where one could have been.
	 */
	bool undecided;
};

/*
 * Align the MAIL FROM domain and each d= with the start of the author's walk,
 * as strictly as the policy record says.  Says of each signature how it is
 * aligned, as far as it had to be found out: an equal name always, another one
 * only of a pass that was needed.  0, ERR_NOMEM.
 */
int align(struct walk *author, const struct dmarc_record *policy,
	const struct spf_results *spf, struct dkim_results *dkim,
	struct alignment *ret) MUST_USE;

/*
 * Say also of the signatures that do not pass how they are aligned, for a
 * failure report (RFC 9991 section 4), by further walks where the policy is
 * relaxed; the first one that is aligned is enough.  0, ERR_NOMEM.
 */
int align_failed(struct walk *author, const struct dmarc_record *policy,
	struct dkim_results *dkim) MUST_USE;

#endif
