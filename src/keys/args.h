/*
 * The command line of `mailvet key` and `mailvet dns`.
 */
#ifndef KEYS_ARGS_H
#define KEYS_ARGS_H

#include "base/arena.h"

#include <stdbool.h>

/* Which options a command takes. */
enum args_option {
	ARG_CONFIG = 1 << 0,
	ARG_KEYS = 1 << 1,
	ARG_ZONE = 1 << 2,
	ARG_NEW = 1 << 3,    /* --selector, --rsa, --ed25519 */
	ARG_FORCE = 1 << 4,
	ARG_CHECK = 1 << 5,
	ARG_FORMAT = 1 << 6,
};

enum record_format { FORMAT_BIND, FORMAT_NSD, FORMAT_PLAIN };

struct args {
	const char *config; /* NULL: all defaults */
	const char *keys;   /* directory of the keys */
	const char *zone;   /* master file; NULL: the DNS */
	const char *selector;
	unsigned rsa; /* bits; 0: none was asked for */
	bool ed25519, force, check;
	enum record_format format;
	int count; /* of words */
	char **words;
};

struct args_syntax {
	const char *name; /* "mailvet key new" */
	unsigned options; /* ARG_* */
	int least, most;  /* words */
	const char *help;
};

/*
 * Parse what follows the command's name and run the command, with an arena of
 * its own; the exit status.
 */
int args_run(const struct args_syntax *syntax, int argc, char **argv,
	int (*run)(struct arena *arena, const struct args *args));

/* Parse what follows the command's name.  -1: go on; else the exit status. */
int args_parse(const struct args_syntax *syntax, int argc, char **argv,
	struct args *ret);

#endif
