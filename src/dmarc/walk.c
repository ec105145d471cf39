#include "dmarc/walk.h"

#include "base/strbuf.h"
#include "dns/name.h"

enum { LABELS_AFTER_SHORTCUT = WALK_QUERIES_MAX - 1 };

static int
ask(struct dns_scope *dns, struct walk_step *step)
{
	struct strbuf sb = sb_new(dns->arena);
	struct str name;

	sb_addz(&sb, "_dmarc.");
	sb_add(&sb, step->domain);
	name = sb_done(&sb);
	if (name.p == NULL)
		return ERR_NOMEM;
	return dns_ask(dns, name, DNS_TXT, &step->question);
}

/* A walk that has not asked for anything yet. */
static int
new_walk(struct dns_scope *dns, const struct suffixes *suffixes,
	struct str start, struct walk **ret)
{
	struct walk *walk = arena_alloc(dns->arena, sizeof(*walk));
	int err = 0;

	if (walk == NULL)
		return ERR_NOMEM;
	walk->dns = dns;
	walk->suffixes = suffixes;
	walk->steps[0].domain = start;
	if (suffixes != NULL)
		err = suffix_registered(suffixes, dns->arena, start,
			&walk->registered);
	if (err == 0)
		*ret = walk;
	return err;
}

static int
ask_tree(struct walk *walk)
{
	struct str start = walk->steps[0].domain;
	unsigned labels = name_labels(start);
	int err = 0;

	while (err == 0 && labels > 0) {
		struct walk_step *step = &walk->steps[walk->count++];

		step->domain = name_last_labels(start, labels);
		err = ask(walk->dns, step);
		labels = labels > WALK_QUERIES_MAX ? LABELS_AFTER_SHORTCUT :
			labels - 1;
	}
	return err;
}

/* The start and, where it is another name, the organizational domain. */
static int
ask_by_suffix(struct walk *walk)
{
	struct walk_step *start = &walk->steps[walk->count++];
	struct walk_step *org;
	int err = ask(walk->dns, start);

	if (err != 0 || str_eq(start->domain, walk->registered))
		return err;
	org = &walk->steps[walk->count++];
	org->domain = walk->registered;
	return ask(walk->dns, org);
}

int
walk_start(struct dns_scope *dns, const struct suffixes *suffixes,
	struct str start, struct walk **ret)
{
	struct walk *walk;
	int err = new_walk(dns, suffixes, start, &walk);

	if (err == 0)
		err = suffixes != NULL ? ask_by_suffix(walk) : ask_tree(walk);
	if (err == 0)
		*ret = walk;
	return err;
}

int
walk_another(struct walk *first, struct str start, struct walk **ret)
{
	struct walk *walk = first;
	int err;

	while (walk != NULL && !str_eq(walk->steps[0].domain, start))
		walk = walk->next;
	if (walk != NULL) {
		*ret = walk;
		return 0;
	}
	/* By suffixes only the author's records matter. */
	err = new_walk(first->dns, first->suffixes, start, &walk);
	if (err == 0 && first->suffixes == NULL)
		err = ask_tree(walk);
	if (err != 0)
		return err;
	walk->next = first->next;
	first->next = walk;
	*ret = walk;
	return 0;
}

/* Several DMARC records at one name count as none; other texts not at all. */
static int
read_answer(struct arena *arena, const struct dns_answer *answer,
	const struct dmarc_record **ret)
{
	struct str text = { NULL, 0 };
	struct dmarc_record *record;
	int err;

	*ret = NULL;
	for (size_t i = 0; i < answer->count; i++) {
		if (!record_is_dmarc(answer->records[i].data))
			continue;
		if (text.p != NULL)
			return 0;
		text = answer->records[i].data;
	}
	if (text.p == NULL)
		return 0;
	record = arena_alloc(arena, sizeof(*record));
	if (record == NULL)
		return ERR_NOMEM;
	err = record_parse(arena, text, record);
	if (err == 0)
		*ret = record;
	return err;
}

/* Read the answer of one step, once. */
static int
look(struct walk *walk, struct walk_step *step)
{
	const struct dns_answer *answer;

	if (step->looked)
		return 0;
	step->looked = true;
	answer = dns_await(walk->dns, step->question);
	step->temporary = dns_is_temporary(answer);
	if (answer->status != DNS_FOUND)
		return 0;
	return read_answer(walk->dns->arena, answer, &step->record);
}

/*
 * Go up to where the walk stops.  *end is behind the last step that counts;
 * *temporary is set when one of them failed.
 */
static int
go_up(struct walk *walk, size_t *end, bool *temporary)
{
	*temporary = false;
	for (*end = 0; *end < walk->count; ) {
		struct walk_step *step = &walk->steps[(*end)++];
		int err = look(walk, step);

		if (err != 0)
			return err;
		if (step->temporary) {
			*temporary = true;
			return 0;
		}
		if (step->record != NULL && step->record->psd != PSD_UNKNOWN)
			return 0;
	}
	return 0;
}

int
walk_own(struct walk *walk, struct walk_result *ret)
{
	struct walk_step *step = &walk->steps[0];
	int err = look(walk, step);

	if (err != 0)
		return err;
	*ret = (struct walk_result){ .temporary = step->temporary };
	if (!step->temporary) {
		ret->domain = step->domain;
		ret->record = step->record;
	}
	return 0;
}

/* The record at a name that the walk passed; NULL if none, or not passed. */
static const struct dmarc_record *
record_at(const struct walk *walk, size_t end, struct str domain)
{
	for (size_t i = 0; i < end; i++)
		if (str_eq(walk->steps[i].domain, domain))
			return walk->steps[i].record;
	return NULL;
}

/* The name one label below ancestor on the way to the start of the walk. */
static struct str
one_below(const struct walk *walk, struct str ancestor)
{
	return name_last_labels(walk->steps[0].domain,
		name_labels(ancestor) + 1);
}

int
walk_org(struct walk *walk, struct walk_result *ret)
{
	struct walk_result org = { .domain = walk->steps[0].domain };
	bool temporary;
	size_t end;
	int err;

	if (walk->suffixes != NULL) {
		*ret = (struct walk_result){ .domain = walk->registered };
		return 0;
	}
	err = go_up(walk, &end, &temporary);
	if (err != 0)
		return err;
	if (temporary) {
		*ret = (struct walk_result){ .temporary = true };
		return 0;
	}
	/* A psd tag can only be at the last step: the walk stopped there. */
	for (size_t i = 0; i < end; i++) {
		const struct walk_step *step = &walk->steps[i];

		if (step->record == NULL)
			continue;
		if (step->record->psd == PSD_YES && i > 0)
			org.domain = one_below(walk, step->domain);
		else
			org.domain = step->domain;
	}
	org.record = record_at(walk, end, org.domain);
	*ret = org;
	return 0;
}

/* RFC 7489 section 6.6.3: its own record, else its organization's. */
static int
policy_by_suffix(struct walk *walk, struct walk_result *ret)
{
	*ret = (struct walk_result){ .domain = walk->registered };
	for (size_t i = 0; i < walk->count; i++) {
		struct walk_step *step = &walk->steps[i];
		int err = look(walk, step);

		if (err != 0)
			return err;
		if (step->temporary) {
			*ret = (struct walk_result){ .temporary = true };
			return 0;
		}
		if (step->record != NULL) {
			ret->domain = step->domain;
			ret->record = step->record;
			return 0;
		}
	}
	return 0;
}

static int
policy_by_tree(struct walk *walk, struct walk_result *ret)
{
	struct walk_result found;
	const struct walk_step *last;
	bool temporary;
	size_t end;
	int err = walk_own(walk, &found);

	if (err == 0 && !found.temporary && found.record == NULL)
		err = walk_org(walk, &found);
	if (err != 0)
		return err;
	if (found.temporary || found.record != NULL) {
		*ret = found;
		return 0;
	}
	/* No record of its own or of its organization: that of the suffix. */
	err = go_up(walk, &end, &temporary);
	if (err != 0)
		return err;
	last = &walk->steps[end - 1];
	if (last->record != NULL)
		found.domain = last->domain;
	found.record = last->record;
	*ret = found;
	return 0;
}

int
walk_policy(struct walk *walk, struct walk_result *ret)
{
	if (walk->suffixes != NULL)
		return policy_by_suffix(walk, ret);
	return policy_by_tree(walk, ret);
}
