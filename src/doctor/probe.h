/*
 * Does a milter answer?
 */
#ifndef DOCTOR_PROBE_H
#define DOCTOR_PROBE_H

#include "base/err.h"

/*
 * Connect to a UNIX socket and negotiate as an MTA does, within timeout ms.
 * ERR_IO with errno; ERR_SYNTAX: what answers is no milter.
 */
int probe_milter(const char *path, int timeout) MUST_USE;

#endif
