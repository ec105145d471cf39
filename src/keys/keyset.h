/*
 * The DKIM keys of this host: those that mailvet-sign uses, and those that lie
 * in the directory of keys, DIRECTORY/DOMAIN/SELECTOR.pem.
 */
#ifndef KEYS_KEYSET_H
#define KEYS_KEYSET_H

#include "dns/dns.h"
#include "filter/common.h"
#include "sign/load.h"

#include <sys/types.h>

struct keyset_item {
	struct str domain; /* "*": whatever the author's domain is */
	struct str selector;
	const char *path;
	dev_t device; /* which file it is, whatever its path */
	ino_t inode;
	const struct sign_key *key; /* NULL: it cannot be used */
	bool used;		    /* by the configuration */
	bool retired;		    /* SELECTOR.retired */
};

struct keyset {
	struct arena *arena;
	struct conf_errors errors; /* found on the way; the rest is there */
	const struct common *common;
	struct keyset_item *items; /* by domain, then selector */
	size_t count, room;
	bool use_unknown; /* [sign] is wrong: no item is marked as used */
};

/*
 * Read the configuration (NULL: all defaults, no key is used) and the
 * directory.  What is wrong with either is in errors.  ERR_CONFIG when the
 * configuration cannot be read at all; ERR_NOMEM.
 */
int keyset_load(struct arena *arena, const char *config, const char *directory,
	struct keyset *ret) MUST_USE;

/* Print the errors to standard error; were there any? */
bool keyset_complain(const struct keyset *set);

/*
 * The domain that a user has written, as the items have it; what is none, such
 * as "*", as it is.  ERR_NOMEM.
 */
int keyset_domain(
	struct arena *arena, const char *text, struct str *ret) MUST_USE;

/* "v=DKIM1; k=…; p=…" for a key; { NULL, 0 } on failure. */
struct str keyset_record(struct arena *arena, const struct sign_key *key);

/* "SELECTOR._domainkey.DOMAIN"; likewise. */
struct str keyset_name(
	struct arena *arena, struct str selector, struct str domain);

/* Does the DNS have to have a record for it, and that of a known domain? */
bool keyset_is_published(const struct keyset_item *item);

/*
 * Begin to ask for the records of a domain's keys, or of all (""), so that the
 * answers come together: one after the other they would use up the budget.
 * ERR_NOMEM.
 */
int keyset_ask(const struct keyset *set, struct str domain,
	struct dns_scope *scope) MUST_USE;

#endif
