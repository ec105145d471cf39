#include "spf/terms.h"
#include "base/strbuf.h"

/*
 * The form for libspf2 holds only what can still decide: the terms that ask the
 * DNS, as placeholders, and the first term that is sure to match.  An ip4 or
 * ip6 term without the client in it is left out, however many there are:
 * libspf2 keeps about 60 of them and forgets the rest of the record.
 */
struct rewriting {
	struct spf_eval *eval;
	struct policy *policy;
	struct strbuf sb;
	struct spf_term redirect;
	unsigned asking;
	bool redirects;
	bool decided;
};

/* The placeholder of a term into name; false when out of memory. */
static bool
place(struct rewriting *r, enum place_kind kind, const struct spf_term *term,
	char name[PLACE_TEXT_SIZE])
{
	return spf_place_add(r->eval,
		&(struct place){ .kind = kind, .term = *term,
			.policy = r->policy },
		name);
}

/*
 * libspf2 takes no length of 0 (spf_place_ask sees to that), and none is
 * written where it would change nothing.
 */
static void
add_length(struct rewriting *r, const struct spf_term *term)
{
	if (term->kind != SPF_A && term->kind != SPF_MX)
		return;
	if (r->eval->client.family == IP_V6) {
		if (term->prefix6 > 0 && term->prefix6 < 128)
			sb_addf(&r->sb, "//%u", term->prefix6);
	} else if (term->prefix4 > 0 && term->prefix4 < 32) {
		sb_addf(&r->sb, "/%u", term->prefix4);
	}
}

static bool
add_asking(struct rewriting *r, const struct spf_term *term)
{
	static const char *const names[] = {
		[SPF_INCLUDE] = "include",
		[SPF_A] = "a",
		[SPF_MX] = "mx",
		/* The client's names are found by us, as for %{p}. */
		[SPF_PTR] = "exists",
		[SPF_EXISTS] = "exists",
	};
	char name[PLACE_TEXT_SIZE];

	/* One more than allowed ends the evaluation: none is reached behind. */
	if (r->asking > SPF_TERMS_MAX)
		return true;
	r->asking++;
	if (!place(r, PLACE_TERM, term, name))
		return false;
	sb_addf(&r->sb, " %c%s:%s", term->qualifier, names[term->kind], name);
	add_length(r, term);
	return true;
}

/* all, or a network that has the client. */
static bool
add_deciding(struct rewriting *r, const struct spf_term *term)
{
	const struct ipnet *net = &term->net;
	unsigned bits = term->kind == SPF_IP6 ? 128 : 32;
	char name[PLACE_TEXT_SIZE], text[IP_TEXT_SIZE];

	r->decided = true;
	/* A mark, so that we see when it is reached; it never matches. */
	if (!place(r, PLACE_MARK, term, name))
		return false;
	sb_addf(&r->sb, " ?exists:%s", name);
	if (term->kind == SPF_ALL) {
		sb_addf(&r->sb, " %call", term->qualifier);
		return true;
	}
	sb_addf(&r->sb, " %c%s:%s", term->qualifier,
		term->kind == SPF_IP6 ? "ip6" : "ip4",
		ipaddr_text(net->prefix > 0 ? &net->addr : &r->eval->client,
			text));
	if (net->prefix > 0 && net->prefix < bits)
		sb_addf(&r->sb, "/%u", net->prefix);
	return true;
}

static bool
add_term(struct rewriting *r, const struct spf_term *term)
{
	switch (term->kind) {
	case SPF_EXP:
		r->policy->exp = term->domain;
		return true;
	case SPF_REDIRECT:
		r->redirects = true;
		r->redirect = *term;
		return true;
	case SPF_UNKNOWN:
		return true;
	case SPF_IP4:
	case SPF_IP6:
		if (r->decided || !ipnet_contains(&term->net, &r->eval->client))
			return true;
		return add_deciding(r, term);
	case SPF_ALL:
		return r->decided || add_deciding(r, term);
	default:
		return r->decided || add_asking(r, term);
	}
}

/* redirect= counts last, wherever it stands, and not beside an all (6.1). */
static bool
add_redirect(struct rewriting *r)
{
	char name[PLACE_TEXT_SIZE];

	if (!r->redirects || r->decided)
		return true;
	if (!place(r, PLACE_TERM, &r->redirect, name))
		return false;
	sb_addf(&r->sb, " redirect=%s", name);
	return true;
}

bool
spf_rewrite(struct spf_eval *eval, struct policy *policy, struct str record,
	struct str *ret)
{
	struct rewriting r = { .eval = eval, .policy = policy,
		.sb = sb_new(eval->arena) };
	struct spf_reader reader = spf_record_open(record);
	struct spf_term term;
	int more;

	sb_addz(&r.sb, "v=spf1");
	while ((more = spf_record_next(&reader, &term)) > 0)
		if (!add_term(&r, &term))
			return false;
	if (more < 0) {
		spf_stop(eval, AUTH_PERMERROR, "%.*s: %s: %.*s",
			STR_ARG(policy->domain), reader.error,
			(int)(term.text.n < 80 ? term.text.n : 80),
			term.text.p);
		return false;
	}
	if (!add_redirect(&r))
		return false;
	*ret = sb_done(&r.sb);
	if (ret->p == NULL)
		spf_stop_nomem(eval);
	return ret->p != NULL;
}
