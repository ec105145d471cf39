/*
 * Typed configuration: INI sections, read by inih.
 *
 * A part of mailvet describes its options in a table; from the table come the
 * parser, the defaults, --help, the sample file and the check of the man page.
 * Values land in a struct of the part's own, in the arena of the snapshot.
 *
 * Files: PATH, then PATH.d/ *.conf in the order of their names; later ones win.
 * Errors carry file:line; all are collected, and one refuses the whole.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/arena.h"
#include "base/str.h"

enum conf_type {
	CONF_STRING,   /* const char *; the default may be NULL */
	CONF_PATH,     /* const char *, absolute; NULL has no default */
	CONF_BOOL,     /* bool: yes/no, true/false, on/off, 1/0 */
	CONF_INT,      /* long, min..max */
	CONF_DURATION, /* long, milliseconds: "20s", "500ms", "2m", "1h" */
	CONF_ENUM,     /* int, an index of choices */
	CONF_MODE,     /* mode_t: permissions, octal */
	CONF_NETS,     /* struct ipnet_list */
	CONF_LIST,     /* struct conf_list: words parted by commas or spaces */
};

struct conf_list {
	struct str *items;
	size_t count;
};

struct conf_option {
	const char *key;
	enum conf_type type;
	size_t offset;	     /* of the value in the section's struct */
	const char *initial; /* the default, as one would write it; or NULL */
	long min, max;	     /* CONF_INT, CONF_DURATION (in milliseconds) */
	const char *const *choices; /* CONF_ENUM, NULL-terminated */
	/* What no type can say: is this value (as at offset) one?  Or NULL. */
	bool (*valid)(const void *field);
	const char *kind; /* with valid: what is expected, for people */
	const char *help; /* one line */
};

struct conf_section {
	const char *name;
	const struct conf_option *options; /* ends with a NULL key */
	size_t size;			   /* of the struct that is filled */
};

/* Errors found, in the order found; text is "file:line: what is wrong". */
struct conf_errors {
	struct arena *arena;
	const char **texts;
	size_t count;
	size_t lost; /* did not fit into memory, but count all the same */
};

struct conf;

/* A value from a command line; it stands above all files. */
struct conf_setting {
	const char *section;
	const char *key;
	const char *value;
	const char *where; /* for errors: "--zone" */
};

struct conf_source {
	const char *path;	    /* NULL: all defaults */
	const char *const *foreign; /* sections of other programs; or NULL */
	const struct conf_setting *settings; /* ends with a NULL key; or NULL */
};

/*
 * Read a configuration into arena.  sections is NULL-terminated and lists what
 * this program reads.  0, or ERR_CONFIG with errors filled, or ERR_NOMEM.
 */
int conf_load(struct arena *arena, const struct conf_source *source,
	const struct conf_section *const *sections,
	struct conf_errors *errors, struct conf **ret) MUST_USE;

/* The section's struct, filled; NULL when conf_load was not given it. */
const void *conf_get(const struct conf *conf, const char *section) NONNULL;

/* Where a key was set, "file:line", for errors found later; or "default". */
const char *conf_where(
	const struct conf *conf, const char *section, const char *key) NONNULL;

/* Add an error: "where: text". */
void conf_error(struct conf_errors *errors, const char *where, const char *fmt,
	...) FORMAT(3, 4);

/* The options with their defaults, as --help and the sample file show them. */
struct str conf_describe(
	struct arena *arena, const struct conf_section *section) MUST_USE;

#endif
