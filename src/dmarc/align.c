#include "dmarc/align.h"

#include "dns/name.h"

enum answer {
	ALIGN_NO,
	ALIGN_YES,
	ALIGN_UNKNOWN, /* a temporary error */
};

/* The names of one method with one result, each once. */
struct candidates {
	struct walk *author;
	struct str equal; /* the author domain, when it is among them */
	struct str names[ALIGN_WALKS_MAX];
	struct walk *walks[ALIGN_WALKS_MAX]; /* NULL: it cannot matter */
	bool aligned[ALIGN_WALKS_MAX];
	size_t count;
};

static struct str
author_domain(const struct candidates *c)
{
	return c->author->steps[0].domain;
}

/* A name that is none (of a record read elsewhere) is not a candidate. */
static int
add_name(struct candidates *c, struct str text)
{
	struct str name;
	int err = name_normalise(c->author->dns->arena, text, &name);

	if (err != 0)
		return err == ERR_NOMEM ? err : 0;
	if (str_eq(name, author_domain(c))) {
		c->equal = name;
		return 0;
	}
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(name, c->names[i]))
			return 0;
	if (c->count < ALIGN_WALKS_MAX)
		c->names[c->count++] = name;
	return 0;
}

/* Start the walks of those names that may be in the author's organization. */
static int
start_walks(struct candidates *c, struct str org)
{
	int err = 0;

	for (size_t i = 0; i < c->count && err == 0; i++)
		if (name_within(c->names[i], org))
			err = walk_another(c->author, c->names[i],
				&c->walks[i]);
	return err;
}

static int
finish_walks(struct candidates *c, struct str org, enum answer *ret)
{
	for (size_t i = 0; i < c->count && *ret != ALIGN_YES; i++) {
		struct walk_result theirs;
		int err;

		if (c->walks[i] == NULL)
			continue;
		err = walk_org(c->walks[i], &theirs);
		if (err != 0)
			return err;
		if (theirs.temporary)
			*ret = ALIGN_UNKNOWN;
		else if (str_eq(theirs.domain, org))
			*ret = ALIGN_YES;
		c->aligned[i] = *ret == ALIGN_YES;
	}
	return 0;
}

/*
 * Without the author's organizational domain only this is sure: it is the same
 * as theirs for no name in another top-level domain.
 */
static enum answer
guess(const struct candidates *c)
{
	struct str top = name_last_labels(author_domain(c), 1);

	for (size_t i = 0; i < c->count; i++)
		if (name_within(c->names[i], top))
			return ALIGN_UNKNOWN;
	return ALIGN_NO;
}

static int
decide(struct candidates *c, bool strict, enum answer *ret)
{
	struct walk_result org;
	int err;

	*ret = c->equal.n > 0 ? ALIGN_YES : ALIGN_NO;
	if (*ret == ALIGN_YES || strict || c->count == 0)
		return 0;
	err = walk_org(c->author, &org);
	if (err != 0)
		return err;
	if (org.temporary) {
		*ret = guess(c);
		return 0;
	}
	err = start_walks(c, org.domain);
	return err != 0 ? err : finish_walks(c, org.domain, ret);
}

static int
align_spf(struct walk *author, bool strict, const struct spf_results *spf,
	enum auth_result wanted, enum answer *ret)
{
	struct candidates c = { .author = author };
	int err = 0;

	if (spf->known && spf->mail_from == wanted)
		err = add_name(&c, spf->mail_from_domain);
	return err != 0 ? err : decide(&c, strict, ret);
}

static enum alignment_kind
kind_of(const struct candidates *c, struct str name)
{
	if (str_eq(name, author_domain(c)))
		return ALIGNED_STRICT;
	for (size_t i = 0; i < c->count; i++)
		if (c->aligned[i] && str_eq(name, c->names[i]))
			return ALIGNED_RELAXED;
	return ALIGNED_NO;
}

/* What was found out about the passing names, for the journal. */
static int
mark(const struct candidates *c, struct dkim_results *dkim)
{
	for (size_t i = 0; dkim->known && i < dkim->count; i++) {
		struct dkim_result *sig = &dkim->sigs[i];
		struct str name;
		int err = name_normalise(
			c->author->dns->arena, sig->domain, &name);

		if (err == ERR_NOMEM)
			return err;
		if (err == 0)
			sig->aligned = kind_of(c, name);
		if (sig->result == AUTH_PASS ? sig->discounted :
			sig->aligned == ALIGNED_RELAXED)
			sig->aligned = ALIGNED_NO;
	}
	return 0;
}

static int
align_dkim(struct walk *author, bool strict, struct dkim_results *dkim,
	enum auth_result wanted, enum answer *ret)
{
	struct candidates c = { .author = author };
	int err = 0;

	for (size_t i = 0; dkim->known && i < dkim->count && err == 0; i++)
		if (dkim->sigs[i].result == wanted &&
			!dkim->sigs[i].discounted)
			err = add_name(&c, dkim->sigs[i].domain);
	if (err == 0)
		err = decide(&c, strict, ret);
	if (err == 0 && wanted == AUTH_PASS)
		err = mark(&c, dkim);
	return err;
}

int
align_failed(struct walk *author, const struct dmarc_record *policy,
	struct dkim_results *dkim)
{
	struct candidates c = { .author = author };
	enum answer any;
	int err = 0;

	for (size_t i = 0; dkim->known && i < dkim->count && err == 0; i++)
		if (dkim->sigs[i].result != AUTH_PASS)
			err = add_name(&c, dkim->sigs[i].domain);
	if (err == 0)
		err = decide(&c, policy->strict_dkim, &any);
	for (size_t i = 0; dkim->known && i < dkim->count && err == 0; i++) {
		struct dkim_result *sig = &dkim->sigs[i];
		struct str name;

		if (sig->result == AUTH_PASS)
			continue;
		err = name_normalise(author->dns->arena, sig->domain, &name);
		if (err == 0)
			sig->aligned = kind_of(&c, name);
		else if (err == ERR_SYNTAX)
			err = 0;
	}
	return err;
}

int
align(struct walk *author, const struct dmarc_record *policy,
	const struct spf_results *spf, struct dkim_results *dkim,
	struct alignment *ret)
{
	enum answer by_spf, by_dkim;
	int err = align_spf(author, policy->strict_spf, spf, AUTH_PASS,
		&by_spf);

	if (err == 0)
		err = align_dkim(author, policy->strict_dkim, dkim, AUTH_PASS,
			&by_dkim);
	if (err != 0)
		return err;
	*ret = (struct alignment){ .spf = by_spf == ALIGN_YES,
		.dkim = by_dkim == ALIGN_YES,
		.undecided = by_spf == ALIGN_UNKNOWN ||
			by_dkim == ALIGN_UNKNOWN };
	if (ret->spf || ret->dkim) {
		ret->undecided = false;
		return 0;
	}
	/* What SPF and DKIM could not find out may have been a pass. */
	err = align_spf(author, policy->strict_spf, spf, AUTH_TEMPERROR,
		&by_spf);
	if (err == 0)
		err = align_dkim(author, policy->strict_dkim, dkim,
			AUTH_TEMPERROR, &by_dkim);
	if (err == 0 && (by_spf != ALIGN_NO || by_dkim != ALIGN_NO))
		ret->undecided = true;
	return err;
}
