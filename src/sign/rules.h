/*
 * Who is signed, and by which keys: the signing table.
 *
 * In a file: "PATTERN NAME[:IDENTITY]", the name being one of the key table.
 * Either plain patterns, looked up from the special to the general: user@host,
 * host, user@.domain and .domain for each domain above host, user@*, *; or,
 * in a refile, patterns in which "*" is any text, in the order of the file.
 * The lines with the first pattern that fits all apply: two of them, with an
 * RSA and an Ed25519 key, give two signatures.
 */
#ifndef SIGN_RULES_H
#define SIGN_RULES_H

#include "mail/address.h"
#include "sign/keytable.h"

struct rule {
	struct str pattern; /* lower case */
	const struct key_entry *entry;
	struct str identity; /* for i=, "%" the author's domain; or empty */
	size_t order;	     /* as written */
};

struct rules {
	struct rule *list; /* plain: sorted by pattern, then order */
	size_t count;
	bool patterns;
	bool all;	  /* all patterns that fit apply, not the first only */
	bool third_party; /* "*" may sign for authors outside of d= */
};

/* A rule as it is written. */
struct rule_spec {
	struct str pattern, identity;
	const struct key_entry *entry;
	const char *where;
};

/* Is text an identity, and needs no quoting in i= (RFC 6376 section 3.5)? */
bool rule_is_identity(struct str text);

/* Can it stand beside that d=: is it within, or what the author makes of it? */
bool rule_identity_fits(struct str identity, struct str domain);

/*
 * The rules of a table; ret has its switches set, and gets the rest.
 * ERR_CONFIG with complaints; ERR_NOMEM.
 */
int rules_load(const struct table_source *source, const struct key_table *keys,
	struct rules *ret) MUST_USE;

/* Likewise, of one that has been read. */
int rules_fill(const struct table_source *source, const struct table *table,
	const struct key_table *keys, struct rules *ret) MUST_USE;

/* Likewise, out of specs. */
int rules_make(const struct table_source *source,
	const struct rule_spec *specs, size_t count, struct rules *ret)
	MUST_USE;

/*
 * The signers for an author, whose domain is normalised (name.h).  None:
 * *reason says why.  Text is owned by arena or the rules.  ERR_NOMEM.
 */
int rules_choose(const struct rules *rules, struct arena *arena,
	const struct mailbox *author, struct signers *ret,
	const char **reason) MUST_USE;

#endif
