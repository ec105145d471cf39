/*
 * Header fields (RFC 5322 section 2.2), as an MTA hands them to a milter.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/arena.h"
#include "base/str.h"
#include "base/strbuf.h"

struct header {
	struct str name;
	/*
	 * What follows the colon, byte for byte: leading space included, folds
	 * as LF (or CRLF) and white space, no line end.
	 */
	struct str value;
	/* The how-manieth field of this name from the top, 1-based. */
	unsigned nth;
};

/* All header fields of a message, top first. */
struct headers {
	struct header *fields;
	size_t count;
	size_t room;
	size_t bytes; /* of names and values */
	/* The last field of each name, as an index of fields, by name. */
	unsigned *last;
	size_t names;
};

/*
 * Append a copy of a field, at the bottom.  ERR_NOMEM, or ERR_LIMIT when the
 * header is larger than HEADERS_MAX_BYTES or HEADERS_MAX_COUNT.
 */
int headers_add(struct headers *headers, struct arena *arena, struct str name,
	struct str value) MUST_USE;

/* A real MTA stops far below (sendmail 32 KB, Postfix 100 KB by default). */
enum { HEADERS_MAX_BYTES = 4 * 1024 * 1024, HEADERS_MAX_COUNT = 20000 };

/* The nth field (1-based) of that name, case ignored; NULL if there is none. */
const struct header *headers_find(
	const struct headers *headers, struct str name, unsigned nth);

unsigned headers_count(const struct headers *headers, struct str name);

/*
 * A value for a header field of ours: tokens that must not be torn are added
 * one by one, with a fold (LF, tab) put between them where a line would grow
 * past 78 columns.  CR, LF and NUL in a token become '?' (no token of ours has
 * them; a stranger's might).
 */
struct fold {
	struct strbuf sb;
	size_t column;
	bool broken; /* by fold_break */
};

/* name is the field's name: it takes its part of the first line. */
struct fold fold_new(struct arena *arena, struct str name);

/* Append a token, after a space or a fold. */
void fold_add(struct fold *fold, struct str token);
void fold_addf(struct fold *fold, const char *fmt, ...) FORMAT(2, 3);

/* The next token begins a new line. */
void fold_break(struct fold *fold);

/* The value; { NULL, 0 } when out of memory. */
struct str fold_done(struct fold *fold) MUST_USE;

#endif
