#include "spf/terms.h"

enum auth_result
spf_select(const struct dns_answer *answer, struct str *record,
	const char **reason)
{
	size_t found = 0;

	if (dns_is_temporary(answer)) {
		*reason = dns_status_text(answer->status);
		return AUTH_TEMPERROR;
	}
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->status != DNS_FOUND ||
			!spf_record_is(answer->records[i].data))
			continue;
		*record = answer->records[i].data;
		found++;
	}
	if (found == 1)
		return AUTH_PASS;
	*reason = found == 0 ? "no SPF record" : "more than one SPF record";
	return found == 0 ? AUTH_NONE : AUTH_PERMERROR;
}

/*
 * The record that an include or a redirect leads to.  Where check_host() would
 * give none, they give permerror (sections 5.2 and 6.1); a single label is none
 * without a question (section 4.3).
 */
static bool
find_record(struct spf_eval *eval, struct str domain, struct str *record)
{
	static const struct dns_answer no_answer = { .status = DNS_BADNAME };
	const struct dns_answer *answer = &no_answer;
	enum auth_result result;
	const char *reason;

	if (str_index(domain, '.') < domain.n)
		answer = dns_lookup(eval->scope, domain, DNS_TXT);
	result = spf_select(answer, record, &reason);
	if (result == AUTH_PASS)
		return true;
	spf_stop(eval, result == AUTH_NONE ? AUTH_PERMERROR : result,
		"%.*s: %s", STR_ARG(domain), reason);
	return false;
}

bool
spf_place_follow(struct spf_eval *eval, struct place place, struct str *ret)
{
	struct policy *policy = arena_alloc(eval->arena, sizeof(*policy));
	struct str record;

	if (policy == NULL) {
		spf_stop_nomem(eval);
		return false;
	}
	if (!spf_place_enter(eval, &place, &policy->domain) ||
		!find_record(eval, policy->domain, &record))
		return false;
	policy->included =
		place.policy->included || place.term.kind == SPF_INCLUDE;
	if (!spf_rewrite(eval, policy, record, ret))
		return false;
	/* The explanation is that of the domain redirected to (6.2). */
	if (!policy->included)
		eval->deciding = policy;
	return true;
}
