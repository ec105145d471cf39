#include "sign/rules.h"
#include "base/strbuf.h"
#include "dns/name.h"

#include <stdlib.h>

/* ---- making rules ----------------------------------------------------- */

static int
complain(const struct table_source *source, const struct rule_spec *spec,
	const char *what, struct str text)
{
	conf_error(source->errors, spec->where, "\"%.*s\" %s", STR_ARG(text),
		what);
	return ERR_CONFIG;
}

/* Behind the last '@': ASCII only, since it is compared with A-labels. */
static bool
is_pattern(struct str pattern)
{
	size_t at = 0;

	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] == '@')
			at = i;
	for (size_t i = at; i < pattern.n; i++)
		if ((unsigned char)pattern.p[i] > 126)
			return false;
	return pattern.n > 0;
}

/*
 * Why the pattern fits no author whatever, and so looks like a line for the
 * other kind of table; NULL: it may fit one.
 */
static const char *
what_is_idle(struct str pattern, bool patterns)
{
	size_t star = str_index(pattern, '*');
	size_t at = str_index(pattern, '@');

	if (!patterns && star < pattern.n && pattern.n > 1 &&
		(star != pattern.n - 1 || pattern.p[star - 1] != '@'))
		return "has a wildcard, which is one only in a refile:";
	if (at == 0 && star == pattern.n)
		return "fits no address: write the domain alone, or *@ before "
		       "it in a refile:";
	if (pattern.n > 1 && pattern.p[pattern.n - 1] == '.')
		return "fits no address: a domain has no dot at its end";
	if (patterns && star == pattern.n && at == pattern.n)
		return "fits no address: in a refile: write *@ before a domain";
	return NULL;
}

bool
rule_is_identity(struct str identity)
{
	struct str rest = identity;

	for (size_t i = 0; i < identity.n; i++)
		if (identity.p[i] < 33 || identity.p[i] > 126 ||
			identity.p[i] == ';' || identity.p[i] == '=')
			return false;
	str_cut(&rest, '@');
	return rest.p != NULL && str_index(rest, '@') == rest.n;
}

bool
rule_identity_fits(struct str identity, struct str domain)
{
	struct str host = address_split(identity).domain;

	return str_index(host, '%') < host.n || name_within(host, domain);
}

/*
 * A pattern without a wildcard behind its last '@' is about one domain: the
 * keys of a path with "%" must have one for it.
 */
static bool
has_key(const struct rule_spec *spec)
{
	struct str rest = spec->pattern, domain = rest;
	char first;

	while (rest.p != NULL) {
		domain = rest;
		str_cut(&rest, '@');
	}
	first = domain.n > 0 ? domain.p[0] : '*';
	return first == '.' || str_index(domain, '*') < domain.n ||
		key_entry_find(spec->entry, domain) != NULL;
}

static int
make_rule(const struct table_source *source, const struct rule_spec *spec,
	bool patterns, struct rule *ret)
{
	struct strbuf sb = sb_new(source->arena);
	struct rule_spec lower = *spec;
	const char *idle;

	sb_add_lower(&sb, spec->pattern);
	lower.pattern = sb_done(&sb);
	if (lower.pattern.p == NULL)
		return ERR_NOMEM;
	if (!is_pattern(lower.pattern))
		return complain(source, spec,
			"is not in ASCII: write a domain as A-labels",
			spec->pattern);
	idle = what_is_idle(spec->pattern, patterns);
	if (idle != NULL)
		return complain(source, spec, idle, spec->pattern);
	if (spec->identity.n > 0 && !rule_is_identity(spec->identity))
		return complain(source, spec, "is not an identity, user@domain",
			spec->identity);
	if (spec->identity.n > 0 && spec->entry->domain.n > 0 &&
		!rule_identity_fits(spec->identity, spec->entry->domain))
		return complain(source, spec, "is not within d=",
			spec->identity);
	if (!has_key(&lower))
		return complain(source, spec, "has no key file",
			spec->pattern);
	ret->pattern = lower.pattern;
	ret->entry = spec->entry;
	ret->identity = spec->identity;
	return 0;
}

static int
compare_rules(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	int order = strcmp(x->pattern.p, y->pattern.p);

	if (order == 0)
		order = x->order < y->order ? -1 : x->order > y->order;
	return order;
}

int
rules_make(const struct table_source *source, const struct rule_spec *specs,
	size_t count, struct rules *ret)
{
	int r = 0;

	ret->count = 0;
	ret->list = arena_array(source->arena, count + 1, sizeof(*ret->list));
	if (ret->list == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count && r != ERR_NOMEM; i++) {
		struct rule *rule = &ret->list[ret->count];
		int one = make_rule(source, &specs[i], ret->patterns, rule);

		if (one < 0) {
			r = one;
			continue;
		}
		rule->order = i;
		ret->count++;
	}
	if (!ret->patterns)
		qsort(ret->list, ret->count, sizeof(*ret->list),
			compare_rules);
	return r;
}

int
rules_fill(const struct table_source *source, const struct table *table,
	const struct key_table *keys, struct rules *ret)
{
	struct rule_spec *specs =
		arena_array(source->arena, table->count + 1, sizeof(*specs));
	size_t count = 0;
	int r = 0, made;

	if (specs == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < table->count; i++) {
		const struct table_line *line = &table->lines[i];
		struct rule_spec *spec = &specs[count];
		struct str rest = line->value;
		struct str name = str_trim(str_cut(&rest, ':'));

		*spec = (struct rule_spec){ line->key, str_trim(rest),
			key_table_find(keys, name), line->where };
		if (spec->entry != NULL)
			count++;
		else
			r = complain(source, spec, "is not in the key table",
				name);
	}
	ret->patterns = table->patterns;
	made = rules_make(source, specs, count, ret);
	return made < 0 ? made : r;
}

int
rules_load(const struct table_source *source, const struct key_table *keys,
	struct rules *ret)
{
	struct table table;
	int r = table_read(source, &table);

	return r < 0 ? r : rules_fill(source, &table, keys, ret);
}

/* ---- what fits an author ---------------------------------------------- */

/* The author of a message, and what was found for it. */
struct choice {
	const struct rules *rules;
	struct arena *arena;
	struct str address; /* lower case */
	struct str domain;
	struct signers *signers;
	bool foreign; /* a rule was only not for third parties */
	bool failed;  /* out of memory */
};

/* Does text fit a pattern in which "*" is any text? */
static bool
fits(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = pattern.n, mark = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			mark = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star < pattern.n) {
			p = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/*
 * Does the pattern name the author's domain, or one above it that is more than
 * a top-level domain?  "*", "user@*" and "*.example" do not.
 */
static bool
names_domain(struct str pattern)
{
	struct str tail = pattern;

	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] == '*' || pattern.p[i] == '@')
			tail = str_from(pattern, i + 1);
	if (tail.n > 0 && tail.p > pattern.p && tail.p[-1] == '*' &&
		tail.p[0] != '.')
		return false;
	if (tail.n > 0 && tail.p[0] == '.')
		return str_index(str_from(tail, 1), '.') < tail.n - 1;
	return tail.n > 0;
}

/* i= with "%" filled in; empty when it is not within d=, as it has to be. */
static struct str
identity_of(struct choice *c, struct str text, struct str domain)
{
	struct strbuf sb = sb_new(c->arena);
	struct str identity;

	if (text.n == 0)
		return text;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '%')
			sb_add(&sb, c->domain);
		else
			sb_addc(&sb, text.p[i]);
	}
	identity = sb_done(&sb);
	c->failed = c->failed || identity.p == NULL;
	if (!name_within(address_split(identity).domain, domain))
		return STR("");
	return identity;
}

static bool
is_chosen(const struct signers *signers, const struct signer *signer)
{
	for (size_t i = 0; i < signers->count; i++)
		if (str_eq(signers->list[i].domain, signer->domain) &&
			str_eq(signers->list[i].selector, signer->selector))
			return true;
	return false;
}

static void
apply(struct choice *c, const struct rule *rule)
{
	const struct key_entry *entry = rule->entry;
	const struct domain_key *key = key_entry_find(entry, c->domain);
	struct signer signer = { .domain = entry->domain,
		.selector = entry->selector };

	if (key == NULL)
		return;
	if (signer.domain.n == 0)
		signer.domain = c->domain;
	if (!c->rules->third_party && !names_domain(rule->pattern) &&
		!name_within(c->domain, signer.domain)) {
		c->foreign = true;
		return;
	}
	signer.key = key->key;
	signer.identity = identity_of(c, rule->identity, signer.domain);
	if (c->signers->count < SIGNERS_MAX && !is_chosen(c->signers, &signer))
		c->signers->list[c->signers->count++] = signer;
}

/* Is there anything left to look for? */
static bool
is_done(const struct choice *c)
{
	return c->failed || (c->signers->count > 0 && !c->rules->all);
}

/* The plain rules whose pattern is the text of parts, as far as not empty. */
static void
look_up(struct choice *c, struct str a, struct str b, struct str d)
{
	const struct rules *rules = c->rules;
	struct strbuf sb = sb_new(c->arena);
	size_t low = 0, high = rules->count;
	struct str text;

	if (is_done(c))
		return;
	sb_add(&sb, a);
	sb_add(&sb, b);
	sb_add(&sb, d);
	text = sb_done(&sb);
	if (text.p == NULL) {
		c->failed = true;
		return;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(rules->list[middle].pattern.p, text.p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < rules->count &&
		str_eq(rules->list[low].pattern, text); low++)
		apply(c, &rules->list[low]);
}

static void
choose_plain(struct choice *c)
{
	const struct str none = { NULL, 0 };
	struct str user = str_first(c->address, c->address.n - c->domain.n);

	look_up(c, c->address, none, none);
	look_up(c, c->domain, none, none);
	for (struct str d = name_parent(c->domain); d.n > 0;
		d = name_parent(d))
		look_up(c, user, STR("."), d);
	for (struct str d = name_parent(c->domain); d.n > 0;
		d = name_parent(d))
		look_up(c, STR("."), d, none);
	look_up(c, user, STR("*"), none);
	look_up(c, STR("*"), none, none);
}

/* In the order of the file; with the first one go those that are equal. */
static void
choose_pattern(struct choice *c)
{
	const struct rules *rules = c->rules;
	struct str first = { NULL, 0 };

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (first.p != NULL && !rules->all ?
			!str_eq(rule->pattern, first) :
			!fits(rule->pattern, c->address))
			continue;
		apply(c, rule);
		if (c->signers->count > 0)
			first = rule->pattern;
	}
}

/* RFC 5321 section 4.5.3.1: 64 for the local part, 255 for the domain. */
enum { ADDRESS_MAX = 64 + 1 + 255 };

int
rules_choose(const struct rules *rules, struct arena *arena,
	const struct mailbox *author, struct signers *ret,
	const char **reason)
{
	struct choice c = { .rules = rules, .arena = arena,
		.domain = author->domain, .signers = ret };
	struct strbuf sb = sb_new(arena);

	ret->count = 0;
	*reason = "the address in From is too long";
	if (author->local.n + 1 + author->domain.n > ADDRESS_MAX)
		return 0;
	sb_add_lower(&sb, author->local);
	sb_addc(&sb, '@');
	sb_add(&sb, author->domain);
	c.address = sb_done(&sb);
	if (c.address.p == NULL)
		return ERR_NOMEM;
	if (rules->patterns)
		choose_pattern(&c);
	else
		choose_plain(&c);
	*reason = c.foreign ? "no key of the domain of From, only others'" :
			      "From is not in our domain";
	return c.failed ? ERR_NOMEM : 0;
}
