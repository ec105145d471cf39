#include "spf/terms.h"

/*
 * How many may be under way ahead: as many as would still be asked, one by one,
 * if none had an answer, the last of which is one too many.  A term's own
 * question is one of them; that for a host of an mx term is not.
 */
static unsigned
window(const struct spf_eval *eval, const struct place *current)
{
	unsigned own = current->kind == PLACE_TERM;
	unsigned terms = SPF_TERMS_MAX - eval->terms;
	unsigned voids = SPF_VOIDS_MAX + 1 - eval->voids;
	unsigned size = terms < voids ? terms : voids;

	return size > eval->ahead + own ? size - eval->ahead - own : 0;
}

/* What a term asks first; false: nothing that can be foreseen. */
static bool
question_of(const struct spf_eval *eval, const struct spf_term *term,
	enum dns_type *ret)
{
	switch (term->kind) {
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		*ret = DNS_TXT;
		return true;
	case SPF_MX:
		*ret = DNS_MX;
		return true;
	case SPF_A:
		*ret = spf_address_type(eval);
		return true;
	case SPF_EXISTS:
		*ret = DNS_A;
		return true;
	default:
		return false;
	}
}

/* The name and the type; macros are left for their turn: %{p} asks itself. */
static bool
foresee(const struct spf_eval *eval, const struct place *place,
	struct str *name, enum dns_type *type)
{
	if (place->kind == PLACE_HOST) {
		*name = place->host;
		*type = spf_address_type(eval);
		return true;
	}
	*name = place->term.domain.n > 0 ? place->term.domain :
		place->policy->domain;
	return place->kind == PLACE_TERM &&
		str_index(*name, '%') == name->n &&
		question_of(eval, &place->term, type);
}

/* Ask for what can be foreseen of a place; false when there is nothing. */
static bool
ask_ahead(struct spf_eval *eval, struct place *place)
{
	struct dns_question *question;
	enum dns_type type;
	struct str name;

	if (!foresee(eval, place, &name, &type))
		return false;
	place->turn = TURN_ASKED;
	/* Whatever comes of it is seen when its turn comes. */
	return dns_ask(eval->scope, name, type, &question) == 0;
}

void
spf_ask_ahead(struct spf_eval *eval, const struct place *place)
{
	struct place *current = &eval->places[place - eval->places];
	struct place *end = eval->places + eval->count;
	unsigned left;

	if (current->turn == TURN_ASKED)
		eval->ahead--;
	current->turn = TURN_CAME;
	left = window(eval, current);
	for (struct place *p = eval->places; p < end && left > 0; p++) {
		if (p->policy != current->policy || p->turn != TURN_TO_COME ||
			!ask_ahead(eval, p))
			continue;
		eval->ahead++;
		left--;
	}
}
