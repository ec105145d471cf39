#include "keys/keyset.h"
#include "dns/name.h"
#include "sign/conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PEM STR(".pem")
#define RETIRED STR(".retired")

static void
identify(struct keyset_item *item)
{
	struct stat st;

	if (stat(item->path, &st) < 0)
		return;
	item->device = st.st_dev;
	item->inode = st.st_ino;
}

static int
add(struct keyset *set, const struct keyset_item *item)
{
	if (set->count == set->room) {
		size_t room = set->room > 0 ? set->room * 2 : 16;
		struct keyset_item *items = arena_grow(set->arena, set->items,
			set->room * sizeof(*items), room * sizeof(*items));

		if (items == NULL)
			return ERR_NOMEM;
		set->items = items;
		set->room = room;
	}
	set->items[set->count++] = *item;
	return 0;
}

/* ---- of the configuration --------------------------------------------- */

static int
add_entry(struct keyset *set, const struct key_entry *entry)
{
	int r = 0;

	for (size_t i = 0; i < entry->count && r == 0; i++) {
		const struct domain_key *key = &entry->keys[i];
		struct keyset_item item = { .domain = entry->domain,
			.selector = entry->selector, .path = key->path,
			.key = key->key, .used = true };

		if (item.domain.n == 0)
			item.domain = key->domain;
		if (item.domain.n == 0)
			item.domain = STR("*");
		identify(&item);
		r = add(set, &item);
	}
	return r;
}

/* Is nothing to be signed?  That is no error here. */
static bool
is_empty(const struct sign_conf *conf)
{
	return conf->domain.count + conf->selector.count + conf->key.count ==
		0 && conf->key_table == NULL && conf->signing_table == NULL;
}

static int
add_used(struct keyset *set, const struct conf *conf)
{
	const struct load load = { .arena = set->arena, .conf = conf,
		.common = set->common, .errors = &set->errors };
	const struct sign_settings *settings;
	int r;

	if (is_empty(conf_get(conf, sign_section.name)))
		return 0;
	r = sign_settings_load(&load, &settings);
	set->use_unknown = r == ERR_CONFIG;
	if (set->use_unknown)
		return 0;
	for (size_t i = 0; r == 0 && i < settings->keys.count; i++)
		r = add_entry(set, &settings->keys.entries[i]);
	return r;
}

/* ---- of the directory ------------------------------------------------- */

/* A file has many paths: by links, or with a slash too many. */
static bool
is_same_file(const struct keyset_item *a, const struct keyset_item *b)
{
	return strcmp(a->path, b->path) == 0 || (a->inode != 0 &&
		a->inode == b->inode && a->device == b->device);
}

/*
 * Is it there already?  Another domain may have a link to the file: a key of
 * its own, but not one to be put aside while the file is used.
 */
static bool
is_known(const struct keyset *set, struct keyset_item *item)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct keyset_item *other = &set->items[i];

		if (!is_same_file(other, item))
			continue;
		if (strcmp(other->path, item->path) == 0 ||
			str_eq(other->domain, item->domain))
			return true;
		item->used = item->used || other->used;
	}
	return false;
}

static const char *
join(struct arena *arena, const char *directory, const char *name)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s/%s", directory, name);
	return sb_done(&sb).p;
}

/* A file there; what is not named as a key is passed over. */
static int
add_file(struct keyset *set, struct str domain, const char *directory,
	const char *name)
{
	struct keyset_item item = { .domain = domain };
	struct str text = arena_copy(set->arena, str_of(name));
	struct sign_key *key = NULL;

	item.retired = str_iends(text, RETIRED);
	if (text.p == NULL)
		return ERR_NOMEM;
	if (!item.retired && !str_iends(text, PEM))
		return 0;
	item.selector = str_first(text,
		text.n - (item.retired ? RETIRED.n : PEM.n));
	item.path = join(set->arena, directory, name);
	if (item.path == NULL)
		return ERR_NOMEM;
	identify(&item);
	if (is_known(set, &item) || item.selector.n == 0)
		return 0;
	if (sign_key_load(set->arena, item.path, &set->errors, directory,
		&key) == ERR_NOMEM)
		return ERR_NOMEM;
	item.key = key;
	return add(set, &item);
}

/* A directory that is there; NULL: none, or it has been complained about. */
static DIR *
open_directory(struct keyset *set, const char *path)
{
	DIR *dir = opendir(path);

	if (dir == NULL && errno != ENOENT && errno != ENOTDIR)
		conf_error(&set->errors, path, "%s", strerror(errno));
	return dir;
}

static int
add_domain(struct keyset *set, const char *directory, const char *name)
{
	const char *path = join(set->arena, directory, name);
	struct str domain;
	struct dirent *entry;
	DIR *dir;
	int r = name_normalise(set->arena, str_of(name), &domain);

	if (r == ERR_SYNTAX || (r == 0 && !str_eq(domain, str_of(name))))
		return 0;
	if (r < 0 || path == NULL)
		return ERR_NOMEM;
	dir = open_directory(set, path);
	if (dir == NULL)
		return 0;
	while (r == 0 && (entry = readdir(dir)) != NULL)
		r = add_file(set, domain, path, entry->d_name);
	closedir(dir);
	return r;
}

static int
add_directory(struct keyset *set, const char *directory)
{
	DIR *dir = open_directory(set, directory);
	struct dirent *entry;
	int r = 0;

	if (dir == NULL)
		return 0;
	while (r == 0 && (entry = readdir(dir)) != NULL)
		r = add_domain(set, directory, entry->d_name);
	closedir(dir);
	return r;
}

/* ---- all of them ------------------------------------------------------ */

static int
compare_text(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare(const void *a, const void *b)
{
	const struct keyset_item *x = a, *y = b;
	int order = compare_text(x->domain, y->domain);

	return order != 0 ? order : compare_text(x->selector, y->selector);
}

int
keyset_load(struct arena *arena, const char *config, const char *directory,
	struct keyset *ret)
{
	static const struct conf_section *const sections[] = {
		&common_section, &sign_section, NULL };
	const struct conf_source source = { config, conf_all_sections, NULL };
	struct conf *conf = NULL;
	int r;

	*ret = (struct keyset){ .arena = arena, .errors.arena = arena };
	r = conf_load(arena, &source, sections, &ret->errors, &conf);
	if (r < 0)
		return r;
	ret->common = conf_get(conf, common_section.name);
	r = add_used(ret, conf);
	if (r == 0)
		r = add_directory(ret, directory);
	if (r == 0 && ret->count > 0)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare);
	return r;
}

bool
keyset_complain(const struct keyset *set)
{
	for (size_t i = 0; i < set->errors.count; i++)
		fprintf(stderr, "mailvet: %s\n", set->errors.texts[i]);
	return set->errors.count > 0;
}

int
keyset_domain(struct arena *arena, const char *text, struct str *ret)
{
	int r = name_normalise(arena, str_of(text), ret);

	if (r == ERR_SYNTAX)
		*ret = str_of(text);
	return r == ERR_SYNTAX ? 0 : r;
}

struct str
keyset_record(struct arena *arena, const struct sign_key *key)
{
	struct strbuf sb = sb_new(arena);
	struct str text;

	if (sign_key_public(key, arena, &text) < 0)
		return (struct str){ NULL, 0 };
	sb_addf(&sb, "v=DKIM1; k=%.*s; p=%.*s", STR_ARG(sign_key_type(key)),
		STR_ARG(text));
	return sb_done(&sb);
}

struct str
keyset_name(struct arena *arena, struct str selector, struct str domain)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%.*s._domainkey.%.*s", STR_ARG(selector),
		STR_ARG(domain));
	return sb_done(&sb);
}

/* Retired keys are to be revoked, or gone: neither is looked for. */
bool
keyset_is_published(const struct keyset_item *item)
{
	return item->key != NULL && !item->retired &&
		!str_eq(item->domain, STR("*"));
}

int
keyset_ask(const struct keyset *set, struct str domain,
	struct dns_scope *scope)
{
	struct dns_question *question;
	int r = 0;

	for (size_t i = 0; i < set->count && r == 0; i++) {
		const struct keyset_item *item = &set->items[i];
		struct str name;

		if (!keyset_is_published(item) ||
			(domain.n > 0 && !str_eq(item->domain, domain)))
			continue;
		name = keyset_name(set->arena, item->selector, item->domain);
		if (name.p == NULL)
			return ERR_NOMEM;
		/* Whoever asks again gets the answer of this question. */
		r = dns_ask(scope, name, DNS_TXT, &question);
	}
	return r;
}
