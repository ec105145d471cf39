/*
 * The key table: which keys there are, by name.
 *
 * In a file: "NAME DOMAIN:SELECTOR:PATH".  DOMAIN may be "%": the author's
 * own domain.  A "%" in PATH stands for that domain, too; such files are all
 * found and read at once, so that nothing that a message says opens a file.
 */
#ifndef SIGN_KEYTABLE_H
#define SIGN_KEYTABLE_H

#include "sign/signer.h"
#include "sign/table.h"

/* The key of one domain; of a path without "%": of every domain. */
struct domain_key {
	struct str domain; /* empty: any */
	const char *path;
	const struct sign_key *key;
};

struct key_entry {
	struct str name;
	struct str domain; /* d=; empty: the author's */
	struct str selector;
	struct domain_key *keys; /* sorted by domain */
	size_t count;
	const char *where;
};

struct key_table {
	struct key_entry *entries;
	size_t count;
};

/* ERR_CONFIG with complaints; ERR_NOMEM. */
int key_table_load(const struct table_source *source, struct keyring *ring,
	struct key_table *ret) MUST_USE;

/* The same of one that has been read. */
int key_table_fill(const struct table_source *source,
	const struct table *table, struct keyring *ring,
	struct key_table *ret) MUST_USE;

/*
 * One entry: the names are checked, and the keys of path read.
 * ERR_CONFIG, ERR_NOMEM.
 */
struct key_spec {
	struct str name, domain, selector;
	struct str path;
	const char *where;
};

int key_entry_load(const struct key_spec *spec, struct keyring *ring,
	struct key_entry *ret) MUST_USE;

/*
 * An entry before this one that has another key for the same record in the
 * DNS, where only one can be; or NULL.
 */
const struct key_entry *key_table_rival(const struct key_table *table,
	const struct key_entry *entry);

/* The entry of that name, or NULL. */
const struct key_entry *key_table_find(
	const struct key_table *table, struct str name);

/* The entry's key for an author's domain, or NULL. */
const struct domain_key *key_entry_find(
	const struct key_entry *entry, struct str domain);

#endif
