/*
 * gzip (RFC 1952), with nothing in it but the data: no time, no name.  The same
 * text always gives the same bytes.
 */
#ifndef REPORT_GZIP_H
#define REPORT_GZIP_H

#include "base/arena.h"
#include "base/str.h"

/* ERR_NOMEM, ERR_LIMIT for more than 2 GB. */
int gzip_pack(struct arena *arena, struct str text, struct str *ret) MUST_USE;

/* The inverse; ERR_SYNTAX, ERR_NOMEM, ERR_LIMIT for more than max bytes. */
int gzip_unpack(struct arena *arena, struct str data, size_t max,
	struct str *ret) MUST_USE;

#endif
