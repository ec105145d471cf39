/*
 * A configuration and all that was made from it.
 *
 * Sessions keep the snapshot that they began with; a reload puts a new one in
 * the slot, and the old one goes when its last session does.
 */
#ifndef PIPELINE_SNAPSHOT_H
#define PIPELINE_SNAPSHOT_H

#include "filter/filter.h"
#include "trust/gate.h"

enum { FILTERS_MAX = 4 };

/* A program is a list of filters, in the order in which they run. */
struct program {
	const char *name; /* "mailvet-spf" */
	const char *purpose; /* one line, for --help */
	const struct filter *const *filters; /* NULL-terminated */
};

struct snapshot {
	const struct program *program;
	struct arena *arena;
	const struct conf *conf;
	const struct common *common;
	const void *settings[FILTERS_MAX]; /* of each filter */
	struct dns *dns;		   /* NULL: no filter asks */
	struct gate gate;
};

/*
 * Read the configuration for the program: the file at path (NULL: defaults) and
 * above it settings (NULL, or as in struct conf_source).  Complaints go to
 * errors.  0, ERR_CONFIG, ERR_NOMEM.  The caller owns one reference.
 */
int snapshot_load(const struct program *program, const char *path,
	const struct conf_setting *settings, struct conf_errors *errors,
	struct snapshot **ret) MUST_USE;

struct snapshot *snapshot_ref(struct snapshot *snapshot) NONNULL;
void snapshot_unref(struct snapshot *snapshot); /* NULL is ok */

/* How many filters the program has. */
unsigned program_filters(const struct program *program);

/* The sections that the program reads, NULL-terminated: FILTERS_MAX + 2. */
void program_sections(const struct program *program,
	const struct conf_section *ret[FILTERS_MAX + 2]);

#endif
