/*
 * A milter program from its command line to its end.
 */
#ifndef MILTER_DAEMON_H
#define MILTER_DAEMON_H

#include "pipeline/snapshot.h"

/*
 * Options, configuration, socket, READY=1, run, teardown.  Returns the exit
 * status: 0, or as in sysexits.h (64 usage, 69 socket, 71 system, 78
 * configuration).
 */
int daemon_main(const struct program *program, int argc, char **argv);

#endif
