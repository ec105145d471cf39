/*
 * What a scenario file declares before its first scenario, put to work: a
 * directory of its own with config, zone and keys, and the daemons of one
 * mode.
 */
#ifndef TESTS_SCNENV_H
#define TESTS_SCNENV_H

#include <stdio.h>

#include "daemon.h"
#include "scnfile.h"

enum { SCN_DAEMONS = 5 };

/* How the whole is run. */
struct scnopts {
	const char *bindir;	/* of the daemons */
	const char *mode;	/* run only this one; NULL: each */
	bool activate;		/* hand sockets over in every file */
	bool keep;		/* leave the directory for a look */
	unsigned jobs;
};

struct scnenv {
	const struct scnopts *opts;
	const struct scnfile *file;
	const char *mode;
	char dir[64];
	char helper[512];	/* dkimsign.py, next to the file */
	char authserv_id[64];
	struct daemon daemon[SCN_DAEMONS];
	size_t daemons;
	int silent_fd;		/* a name server that never answers */
	int silent_port;
};

/* The modes a file wants to be run in, blank separated; own copy. */
char *scnenv_modes(const struct scnfile *f);

/* Make the directory and start; on false a reason was written to diag. */
bool scnenv_start(struct scnenv *e, FILE *diag);

/* Stop and clean up; false when a daemon misbehaved, the why in diag. */
bool scnenv_stop(struct scnenv *e, FILE *diag);

/* Run a command with its output in a new string; NULL if it failed. */
char *scnenv_run(const char *command);

/* Is it one of the modes in the blank separated list? */
bool scn_listed(const char *list, const char *mode);

#endif
