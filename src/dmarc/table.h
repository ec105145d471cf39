/*
 * The file of overrides.
 *
 * A line is an action, its conditions, and why:
 *
 *     none    list-id:users.example.net client:192.0.2.0/24 "our list"
 *     none    forwarder:alumni.example.edu
 *     reject  from:.example.org reason:other "nobody else writes as us"
 *
 * mailvet-dmarc(8) explains the words.
 */
#ifndef DMARC_TABLE_H
#define DMARC_TABLE_H

#include "base/conf.h"
#include "dmarc/override.h"

enum { TABLE_MAX_BYTES = 1024 * 1024 };

/*
 * Read the file; all of it lives in arena.  where: of the option, for a file
 * that cannot be read.  0, ERR_CONFIG with errors filled (file:line each),
 * ERR_NOMEM.
 */
int table_load(struct arena *arena, const char *path, const char *where,
	struct conf_errors *errors, struct overrides *ret) MUST_USE;

#endif
