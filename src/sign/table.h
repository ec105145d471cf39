/*
 * A table in opendkim's file syntax: on each line a key, white space, and a
 * value; "#" begins a comment.
 */
#ifndef SIGN_TABLE_H
#define SIGN_TABLE_H

#include "base/conf.h"
#include "base/str.h"

/* Where a table is, and where complaints about it go. */
struct table_source {
	struct arena *arena;
	struct conf_errors *errors;
	const char *text;  /* "/path", "file:/path" or "refile:/path" */
	const char *where; /* conf_where of the option */
};

struct table_line {
	struct str key;
	struct str value;
	const char *where; /* "file:line" */
};

struct table {
	struct table_line *lines; /* in the order of the file */
	size_t count;
	bool patterns; /* "refile:": the keys have wildcards */
};

/*
 * Read a table; all of it is in the arena.  The file must not be open to
 * everybody's writing.  ERR_CONFIG with a complaint for each bad line;
 * ERR_NOMEM.
 */
int table_read(const struct table_source *source, struct table *ret) MUST_USE;

/* The same out of text; path is for the complaints. */
int table_parse(const struct table_source *source, const char *path,
	struct str text, struct table *ret) MUST_USE;

#endif
