#include "sign/keytable.h"
#include "base/strbuf.h"
#include "dns/name.h"

#include <glob.h>
#include <stdlib.h>

/* ---- the names -------------------------------------------------------- */

static int
complain(const struct key_spec *spec, struct keyring *ring, const char *what,
	struct str text)
{
	conf_error(ring->errors, spec->where, "\"%.*s\" %s", STR_ARG(text),
		what);
	return ERR_CONFIG;
}

static int
load_names(const struct key_spec *spec, struct keyring *ring,
	struct key_entry *ret)
{
	int r = 0;

	if (!str_eq(spec->domain, STR("%")))
		r = name_normalise(ring->arena, spec->domain, &ret->domain);
	if (r == ERR_SYNTAX)
		return complain(spec, ring, "is not a domain name",
			spec->domain);
	if (r == 0)
		r = name_normalise(ring->arena, spec->selector,
			&ret->selector);
	if (r == ERR_SYNTAX)
		return complain(spec, ring, "is not a selector",
			spec->selector);
	return r;
}

/* ---- the files of a path with "%" ------------------------------------- */

/* path with each "%" replaced; what glob takes specially is escaped. */
static struct str
fill_in(struct arena *arena, struct str path, struct str text, bool escape)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '%') {
			sb_add(&sb, text);
			continue;
		}
		if (escape && memchr("*?[\\", path.p[i], 4) != NULL)
			sb_addc(&sb, '\\');
		sb_addc(&sb, path.p[i]);
	}
	return sb_done(&sb);
}

static size_t
count_marks(struct str path)
{
	size_t n = 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '%';
	return n;
}

/*
 * The domain for which path becomes the file; all "%" stand for the same text.
 * 1; 0: none, or not written as mailvet writes domains.  ERR_NOMEM.
 */
static int
domain_of(struct arena *arena, struct str path, struct str file,
	struct str *ret)
{
	size_t marks = count_marks(path), fixed = path.n - marks;
	struct str domain, normal, again;
	int r;

	if (file.n <= fixed || (file.n - fixed) % marks != 0)
		return 0;
	domain = str_first(str_from(file, str_index(path, '%')),
		(file.n - fixed) / marks);
	r = name_normalise(arena, domain, &normal);
	if (r < 0)
		return r == ERR_SYNTAX ? 0 : r;
	again = fill_in(arena, path, normal, false);
	if (again.p == NULL)
		return ERR_NOMEM;
	*ret = normal;
	return str_eq(again, file);
}

static int
add_file(const struct key_spec *spec, struct keyring *ring, const char *file,
	struct key_entry *ret)
{
	struct domain_key *key = &ret->keys[ret->count];
	int r = domain_of(ring->arena, spec->path, str_of(file), &key->domain);

	if (r <= 0)
		return r;
	key->path = arena_strdup(ring->arena, file);
	if (key->path == NULL)
		return ERR_NOMEM;
	r = keyring_get(ring, file, spec->where, &key->key);
	if (r == 0)
		ret->count++;
	return r;
}

static int
compare_domains(const void *a, const void *b)
{
	const struct domain_key *x = a, *y = b;

	return strcmp(x->domain.p, y->domain.p);
}

static int
add_files(const struct key_spec *spec, struct keyring *ring,
	const glob_t *found, struct key_entry *ret)
{
	int r = 0;

	ret->keys = arena_array(ring->arena, found->gl_pathc + 1,
		sizeof(*ret->keys));
	if (ret->keys == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < found->gl_pathc && r != ERR_NOMEM; i++) {
		int one = add_file(spec, ring, found->gl_pathv[i], ret);

		if (one < 0)
			r = one;
	}
	qsort(ret->keys, ret->count, sizeof(*ret->keys), compare_domains);
	return r;
}

static int
load_all(const struct key_spec *spec, struct keyring *ring,
	struct key_entry *ret)
{
	struct str pattern =
		fill_in(ring->arena, spec->path, STR("*"), true);
	glob_t found = { 0 };
	int r = ERR_NOMEM;

	if (pattern.p == NULL)
		return ERR_NOMEM;
	if (glob(pattern.p, GLOB_NOSORT, NULL, &found) != GLOB_NOSPACE)
		r = add_files(spec, ring, &found, ret);
	globfree(&found);
	if (r == 0 && ret->count == 0)
		return complain(spec, ring, "fits no file", spec->path);
	return r;
}

/* ---- an entry --------------------------------------------------------- */

static int
load_one(const struct key_spec *spec, struct keyring *ring,
	struct key_entry *ret)
{
	struct str path = arena_copy(ring->arena, spec->path);

	ret->keys = arena_alloc(ring->arena, sizeof(*ret->keys));
	if (ret->keys == NULL || path.p == NULL)
		return ERR_NOMEM;
	ret->keys->path = path.p;
	ret->keys->domain = STR("");
	ret->count = 1;
	return keyring_get(ring, path.p, spec->where, &ret->keys->key);
}

int
key_entry_load(const struct key_spec *spec, struct keyring *ring,
	struct key_entry *ret)
{
	int r;

	*ret = (struct key_entry){ .name = spec->name, .where = spec->where };
	if (spec->path.n == 0 || spec->path.p[0] != '/')
		return complain(spec, ring,
			"is not the absolute path of a key file", spec->path);
	r = load_names(spec, ring, ret);
	if (r < 0)
		return r;
	return count_marks(spec->path) > 0 ? load_all(spec, ring, ret) :
					     load_one(spec, ring, ret);
}

const struct domain_key *
key_entry_find(const struct key_entry *entry, struct str domain)
{
	for (size_t low = 0, high = entry->count; low < high;) {
		size_t middle = low + (high - low) / 2;
		const struct domain_key *key = &entry->keys[middle];
		int order = key->domain.n > 0 ?
			strcmp(domain.p, key->domain.p) : 0;

		if (order == 0)
			return key;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- the table -------------------------------------------------------- */

const struct key_entry *
key_table_find(const struct key_table *table, struct str name)
{
	for (size_t i = 0; i < table->count; i++)
		if (str_eq(table->entries[i].name, name))
			return &table->entries[i];
	return NULL;
}

/* Whose d= and key are the author's depends on him: such rival with none. */
static bool
is_fixed(const struct key_entry *entry)
{
	return entry->domain.n > 0 && entry->count == 1 &&
		entry->keys->domain.n == 0 && entry->keys->key != NULL;
}

const struct key_entry *
key_table_rival(const struct key_table *table, const struct key_entry *entry)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct key_entry *other = &table->entries[i];

		if (other == entry || !is_fixed(entry))
			return NULL;
		if (is_fixed(other) && str_eq(other->domain, entry->domain) &&
			str_eq(other->selector, entry->selector) &&
			!sign_key_equals(other->keys->key, entry->keys->key))
			return other;
	}
	return NULL;
}

static int
load_entry(const struct key_spec *spec, struct keyring *ring,
	struct key_table *ret)
{
	struct key_entry *entry = &ret->entries[ret->count++];
	int r = key_entry_load(spec, ring, entry);
	const struct key_entry *rival =
		r == 0 ? key_table_rival(ret, entry) : NULL;

	if (rival == NULL)
		return r;
	conf_error(ring->errors, spec->where,
		"%.*s._domainkey.%.*s is another key at %s",
		STR_ARG(entry->selector), STR_ARG(entry->domain),
		rival->where);
	return ERR_CONFIG;
}

static int
load_line(const struct table_line *line, struct keyring *ring,
	struct key_table *ret)
{
	const struct key_entry *other = key_table_find(ret, line->key);
	struct str rest = line->value;
	struct key_spec spec = { .name = line->key, .where = line->where };

	if (other != NULL) {
		conf_error(ring->errors, line->where,
			"\"%.*s\" has been at %s already", STR_ARG(line->key),
			other->where);
		return ERR_CONFIG;
	}
	spec.domain = str_trim(str_cut(&rest, ':'));
	spec.selector = str_trim(str_cut(&rest, ':'));
	spec.path = str_trim(rest);
	if (spec.path.n == 0) {
		conf_error(ring->errors, line->where,
			"the value is not DOMAIN:SELECTOR:PATH");
		return ERR_CONFIG;
	}
	return load_entry(&spec, ring, ret);
}

int
key_table_fill(const struct table_source *source, const struct table *table,
	struct keyring *ring, struct key_table *ret)
{
	int r = 0;

	ret->count = 0;
	ret->entries = arena_array(source->arena, table->count + 1,
		sizeof(*ret->entries));
	if (ret->entries == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < table->count && r != ERR_NOMEM; i++) {
		int one = load_line(&table->lines[i], ring, ret);

		if (one < 0)
			r = one;
	}
	return r;
}

int
key_table_load(const struct table_source *source, struct keyring *ring,
	struct key_table *ret)
{
	struct table table;
	int r = table_read(source, &table);

	return r < 0 ? r : key_table_fill(source, &table, ring, ret);
}
