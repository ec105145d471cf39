/*
 * Seals: how the verifying milters of one host know each other's results.
 *
 * A result travels in an Authentication-Results field, which anybody can write.
 * A seal, "(seal=<hex>)" at the end of the field, is an HMAC-SHA-256 over queue
 * id, field name and value, so it cannot be made without the key nor carried
 * over from another message.
 */
#ifndef TRUST_SEAL_H
#define TRUST_SEAL_H

#include "base/arena.h"
#include "base/conf.h"
#include "mail/header.h"

struct seal_key;

/*
 * Load the key: a file of at least 32 bytes that others may neither read nor
 * write.  It lives in arena and is wiped with it.  ERR_CONFIG: said in errors,
 * with where; ERR_NOMEM.
 */
int seal_key_load(struct arena *arena, const char *path, const char *where,
	struct conf_errors *errors, const struct seal_key **ret) MUST_USE;

/*
 * Seal the field that fold holds: the comment is appended.  name is the field's
 * name.  ERR_SYNTAX without a queue id, ERR_NOMEM.
 */
int seal_add(const struct seal_key *key, struct str queue_id, struct str name,
	struct fold *fold) MUST_USE;

/*
 * Does the field carry a valid seal for this message?  White space may have
 * been refolded on the way.  *bare is then the value without the seal,
 * unfolded, in arena; else { NULL, 0 }.  ERR_NOMEM.
 */
int seal_check(struct arena *arena, const struct seal_key *key,
	struct str queue_id, const struct header *field, struct str *bare)
	MUST_USE;

#endif
