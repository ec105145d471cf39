#include "spf/terms.h"
#include "dns/name.h"

static const struct place_reply nothing;

/* An address, for a term that is a match if it gets one. */
static const struct str any_address = { "\177\0\0\2", 4 };
static const struct place_reply match = { 1, &any_address };

/* A term that asks the DNS is due; false when it is one too many. */
static bool
count_term(struct spf_eval *eval)
{
	if (eval->terms < SPF_TERMS_MAX) {
		eval->terms++;
		return true;
	}
	spf_stop(eval, AUTH_PERMERROR, "more than %d terms that ask the DNS",
		SPF_TERMS_MAX);
	return false;
}

/* The term's question had no answer; false when it is one too many. */
static bool
count_void(struct spf_eval *eval)
{
	if (eval->voids < SPF_VOIDS_MAX) {
		eval->voids++;
		return true;
	}
	spf_stop(eval, AUTH_PERMERROR, "more than %d terms without an answer",
		SPF_VOIDS_MAX);
	return false;
}

/* The true name of a term's target; false when the evaluation is stopped. */
static bool
target(struct spf_eval *eval, const struct place *place, struct str *ret)
{
	struct macro_values values = eval->values;

	*ret = place->policy->domain;
	if (place->term.domain.n == 0)
		return true;
	values.domain = place->policy->domain;
	/* The reader has checked the syntax. */
	if (macro_domain(eval->arena, place->term.domain, &values, ret) < 0)
		spf_stop_nomem(eval);
	return !eval->stopped;
}

/*
 * The records at name.  NULL when there is no answer: the evaluation is stopped
 * by a temporary error (section 5).
 */
static const struct dns_answer *
ask(struct spf_eval *eval, struct str name, enum dns_type type)
{
	const struct dns_answer *answer = dns_lookup(eval->scope, name, type);

	if (!dns_is_temporary(answer))
		return answer;
	spf_stop(eval, AUTH_TEMPERROR, "DNS: %s for %.*s",
		dns_status_text(answer->status), STR_ARG(name));
	return NULL;
}

/*
 * As ask, for the first question of a term: voids are counted.  A name that
 * cannot be asked for does not exist.
 */
static const struct dns_answer *
ask_term(struct spf_eval *eval, struct str name, enum dns_type type)
{
	const struct dns_answer *answer = ask(eval, name, type);

	if (answer == NULL)
		return NULL;
	if (answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN)
		return count_void(eval) ? answer : NULL;
	return answer;
}

/*
 * Addresses for libspf2 to compare.  It knows no prefix of length 0, which
 * every address matches: the client's own stands for them all then.
 */
static struct place_reply
addresses(struct spf_eval *eval, const struct spf_term *term,
	const struct dns_answer *answer)
{
	bool v6 = eval->client.family == IP_V6;
	bool any = (v6 ? term->prefix6 : term->prefix4) == 0;
	size_t size = v6 ? 16 : 4, count = 0;
	struct str *items;

	if (answer == NULL || answer->status != DNS_FOUND)
		return nothing;
	items = arena_array(eval->arena, answer->count, sizeof(*items));
	if (items == NULL) {
		spf_stop_nomem(eval);
		return nothing;
	}
	for (size_t i = 0; i < answer->count; i++)
		if (answer->records[i].data.n == size)
			items[count++] = answer->records[i].data;
	if (any && count > 0) {
		items[0] = (struct str){
			(const char *)eval->client.bytes, size };
		count = 1;
	}
	return (struct place_reply){ count, items };
}

/* The names of an mx term, as places of their own (section 5.4). */
static struct place_reply
hosts(struct spf_eval *eval, const struct place *place,
	const struct dns_answer *answer)
{
	struct place host = *place;
	struct str *items;
	char name[PLACE_TEXT_SIZE];
	size_t count = 0;

	if (answer == NULL || answer->status != DNS_FOUND)
		return nothing;
	if (answer->count > SPF_NAMES_MAX) {
		spf_stop(eval, AUTH_PERMERROR, "more than %d MX records",
			SPF_NAMES_MAX);
		return nothing;
	}
	items = arena_array(eval->arena, answer->count, sizeof(*items));
	host.kind = PLACE_HOST;
	for (size_t i = 0; items != NULL && i < answer->count; i++) {
		host.host = answer->records[i].data;
		/* The root: a domain that takes no mail (RFC 7505). */
		if (host.host.n == 0)
			continue;
		if (!spf_place_add(eval, &host, name))
			return nothing;
		items[count] = arena_copy(eval->arena, str_of(name));
		if (items[count++].p == NULL)
			items = NULL;
	}
	if (items == NULL)
		spf_stop_nomem(eval);
	return (struct place_reply){ items != NULL ? count : 0, items };
}

/* Is one of the client's names the target or below it (section 5.5)? */
static struct place_reply
client_within(struct spf_eval *eval, struct str name)
{
	const struct client_names *all = spf_client_names(eval);

	if (eval->stopped || (all->is_void && !count_void(eval)))
		return nothing;
	for (size_t i = 0; name.n > 0 && i < all->count; i++)
		if (name_within(all->names[i], name))
			return match;
	return nothing;
}

static struct place_reply
ask_target(struct spf_eval *eval, const struct place *place, struct str name)
{
	const struct dns_answer *answer;

	switch (place->term.kind) {
	case SPF_A:
		return addresses(eval, &place->term,
			ask_term(eval, name, spf_address_type(eval)));
	case SPF_MX:
		return hosts(eval, place, ask_term(eval, name, DNS_MX));
	case SPF_PTR:
		return client_within(eval, name);
	default: /* exists: an A record, whatever the client (5.7) */
		answer = ask_term(eval, name, DNS_A);
		return answer != NULL && answer->status == DNS_FOUND ?
			match : nothing;
	}
}

bool
spf_place_enter(struct spf_eval *eval, const struct place *place,
	struct str *ret)
{
	if (!place->policy->included)
		eval->last = place->term;
	return count_term(eval) && target(eval, place, ret);
}

struct place_reply
spf_place_ask(struct spf_eval *eval, struct place place)
{
	struct str name;

	if (place.kind == PLACE_HOST)
		return addresses(eval, &place.term,
			ask(eval, place.host, spf_address_type(eval)));
	if (place.kind == PLACE_MARK) {
		if (!place.policy->included)
			eval->last = place.term;
		return nothing;
	}
	if (!spf_place_enter(eval, &place, &name))
		return nothing;
	return ask_target(eval, &place, name);
}
