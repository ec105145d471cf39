#include "dmarc/policy.h"

#include "dmarc/align.h"

static struct str
domain_of(const struct walk *author)
{
	return author->steps[0].domain;
}

/*
 * p for the domain's own record; sp or np for an inherited one.  exists
 * matters for the latter only.
 */
static enum dmarc_policy
select_policy(const struct dmarc_record *record, bool own, bool exists)
{
	if (own)
		return record->p;
	return exists ? record->sp : record->np;
}

/*
 * RFC 9989 section 4.10.1: a name that does not exist is one for which the DNS
 * says NXDOMAIN (RFC 8020), whatever the type.  A name that one cannot ask for
 * does not exist either.
 */
static void
test_existence(struct walk *author, bool *exists, bool *temporary)
{
	const struct dns_answer *answer =
		dns_lookup(author->dns, domain_of(author), DNS_A);

	*temporary = dns_is_temporary(answer);
	*exists = answer->status != DNS_NXDOMAIN &&
		answer->status != DNS_BADNAME;
}

/* t=y: one level below what the record says. */
static void
apply_test_mode(struct dmarc_results *dmarc)
{
	if (dmarc->policy == DMARC_POLICY_NONE)
		return;
	dmarc->policy = dmarc->policy == DMARC_POLICY_REJECT ?
		DMARC_POLICY_QUARANTINE : DMARC_POLICY_NONE;
	dmarc_reason_add(dmarc, REASON_TEST_MODE, STR(""));
}

static struct str
reason_for_fail(const struct results *results)
{
	if (!results->spf.known && !results->dkim.known)
		return STR("neither SPF nor DKIM results were delivered");
	if (!results->spf.known)
		return STR("no aligned pass; no SPF result was delivered");
	if (!results->dkim.known)
		return STR("no aligned pass; no DKIM result was delivered");
	return STR("no aligned pass");
}

static void
set_temperror(struct dmarc_results *dmarc, struct str reason)
{
	dmarc->result = AUTH_TEMPERROR;
	dmarc->reason = reason;
	dmarc->policy = DMARC_POLICY_NONE;
}

/* The result by alignment, and the policy that goes with it. */
static int
judge(struct walk *author, const struct dmarc_record *record,
	struct results *results)
{
	struct dmarc_results *dmarc = &results->dmarc;
	bool own = str_eq(dmarc->policy_domain, domain_of(author));
	bool exists = true, temporary = false;
	struct alignment a;
	int err = align(author, record, &results->spf, &results->dkim, &a);

	if (err != 0)
		return err;
	dmarc->spf_aligned = a.spf;
	dmarc->dkim_aligned = a.dkim;
	if (a.undecided) {
		set_temperror(dmarc, STR("a temporary error left open "
			"whether an aligned identifier passes"));
		return 0;
	}
	dmarc->result = a.spf || a.dkim ? AUTH_PASS : AUTH_FAIL;
	if (dmarc->result == AUTH_FAIL) {
		dmarc->reason = reason_for_fail(results);
		if (!own && record->np != record->sp)
			test_existence(author, &exists, &temporary);
	}
	if (temporary) {
		set_temperror(dmarc, STR("a temporary DNS error left open "
			"whether the author domain exists"));
		return 0;
	}
	dmarc->policy = select_policy(record, own, exists);
	if (record->testing && dmarc->result == AUTH_FAIL)
		apply_test_mode(dmarc);
	return 0;
}

int
policy_evaluate(struct walk *author, struct results *results,
	const struct dmarc_record **ret_record)
{
	struct dmarc_results *dmarc = &results->dmarc;
	struct walk_result found;
	int err = walk_policy(author, &found);

	if (err != 0)
		return err;
	*ret_record = NULL;
	*dmarc = (struct dmarc_results){ .known = true, .result = AUTH_NONE,
		.author_domain = domain_of(author),
		.discovery = author->suffixes != NULL ? DMARC_PSL :
			DMARC_TREEWALK };
	if (found.temporary) {
		set_temperror(dmarc, STR("a temporary DNS error "
			"in the search for a policy"));
		return 0;
	}
	if (found.record == NULL) {
		dmarc->reason = STR("no policy record");
		return 0;
	}
	dmarc->policy_domain = found.domain;
	*ret_record = found.record;
	if (!found.record->applies) {
		dmarc->reason = STR("the policy record is not usable: "
			"p, sp or np is wrong and there is no rua");
		return 0;
	}
	dmarc->has_policy = true;
	return judge(author, found.record, results);
}
