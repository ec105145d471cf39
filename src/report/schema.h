/*
 * Is a report what RFC 9990 says?  By a RELAX NG schema of ours.
 */
#ifndef REPORT_SCHEMA_H
#define REPORT_SCHEMA_H

#include "base/arena.h"
#include "base/str.h"

struct schema;

/*
 * Read the schema file; it is freed with the arena.  ERR_CONFIG when it cannot
 * be read or is none, ERR_NOMEM.
 */
int schema_load(struct arena *arena, const char *path, struct schema **ret)
	MUST_USE;

/*
 * True when the document is valid; else *why, in arena, says what is not.
 * No entity is loaded, no network is asked.
 */
bool schema_valid(const struct schema *schema, struct arena *arena,
	struct str document, struct str *why) MUST_USE;

#endif
