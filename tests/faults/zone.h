/*
 * A name server for the daemons that have libunbound: what a scenario file's
 * zone says, by a thread of the test.
 */
#ifndef TESTS_FAULTS_ZONE_H
#define TESTS_FAULTS_ZONE_H

#include <stdbool.h>

/*
 * Serve a zone file of lines "NAME. IN TXT|MX|A DATA" on a port of 127.0.0.1;
 * for the rest of the test.
 */
bool zone_serve(const char *path, unsigned port);

#endif
