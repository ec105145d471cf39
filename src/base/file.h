/*
 * Files that an administrator names.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Open a regular file for reading; the caller closes *ret.  A pipe might never
 * speak, a device never end: they are refused, and not waited for.  0, ERR_IO
 * with errno, ERR_NOT_FILE.
 */
int file_open(const char *path, FILE **ret) MUST_USE NONNULL;

/* What a failure of file_open was, errno being as it left it. */
const char *file_why(int err);

/* May all users of the host write to the open file? */
bool file_is_open_to_all(FILE *file) NONNULL;

#endif
