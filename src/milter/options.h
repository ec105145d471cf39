/*
 * The command line that all milters share.
 */
#ifndef MILTER_OPTIONS_H
#define MILTER_OPTIONS_H

#include "pipeline/snapshot.h"

struct options {
	const char *config; /* path; NULL: all defaults */
	const char *socket; /* "unix:/path", "inet:port@host"; or NULL */
	bool test;	    /* -t: check the configuration and exit */
};

enum { OPTIONS_RUN = -1 };

/*
 * OPTIONS_RUN: go on with *ret.  Else the exit status: --help and --version
 * were answered, or the command line is wrong and that has been said.
 */
int options_parse(const struct program *program, int argc, char **argv,
	struct options *ret) MUST_USE;

#endif
