/*
 * The steps of an evaluation.  Internal to src/spf.
 */
#ifndef SPF_TERMS_H
#define SPF_TERMS_H

#include "spf/eval.h"

/* What is asked for the addresses of a name: the client's family (5.3). */
static inline enum dns_type
spf_address_type(const struct spf_eval *eval)
{
	return eval->client.family == IP_V6 ? DNS_AAAA : DNS_A;
}

/* What libspf2 is told when it asks for a place. */
struct place_reply {
	size_t count;
	const struct str *items; /* addresses, or names of places */
};

/*
 * Answer a term or a host: count it, expand its domain, ask.  Check
 * eval->stopped behind it.
 */
struct place_reply spf_place_ask(struct spf_eval *eval, struct place place);

/*
 * A place's turn has come: ask for those behind it that can be foreseen, so
 * that their answers come together with its own.  Never for more than would be
 * sent one by one if none of them had an answer (section 4.6.4).
 */
void spf_ask_ahead(struct spf_eval *eval, const struct place *place);

/*
 * Count the term of a place and expand its target; false when the evaluation is
 * stopped.
 */
bool spf_place_enter(struct spf_eval *eval, const struct place *place,
	struct str *ret) MUST_USE;

/*
 * Follow an include or a redirect: libspf2's form of the record that it leads
 * to.  False when the evaluation is stopped.
 */
bool spf_place_follow(
	struct spf_eval *eval, struct place place, struct str *ret) MUST_USE;

/*
 * The record among the answer to a TXT question (sections 4.4 and 4.5).
 * AUTH_PASS: *record is it.  Else AUTH_NONE, AUTH_TEMPERROR, AUTH_PERMERROR,
 * and *reason says why.
 */
enum auth_result spf_select(const struct dns_answer *answer,
	struct str *record, const char **reason);

/*
 * Parse the policy's record, and put it into the form for libspf2; fills
 * policy->exp.  False when the evaluation is stopped.
 */
bool spf_rewrite(struct spf_eval *eval, struct policy *policy,
	struct str record, struct str *ret) MUST_USE;

/* Collect the names of the client, the first time (section 5.5). */
const struct client_names *spf_client_names(struct spf_eval *eval);

/* %{p} for a domain; arg is the eval (section 7.3). */
struct str spf_client_name(void *arg, struct str domain);

/* The explanation of the deciding policy; empty when there is none (6.2). */
struct str spf_explain(struct spf_eval *eval);

#endif
