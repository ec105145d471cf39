/*
 * Whole text files, replaced at once or not at all.
 */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include "base/arena.h"
#include "base/str.h"

#include <sys/types.h>

/*
 * The text of a file, owned by the arena.  ERR_ABSENT, ERR_IO with errno,
 * ERR_LIMIT above 16 MB, ERR_NOMEM.
 */
int file_read(struct arena *arena, const char *path, struct str *ret) MUST_USE;

/*
 * Give a file this text: under another name first, then renamed, so that a
 * reader sees the old or the new one.  A file that is there keeps its owner and
 * mode; a new one gets mode.  Both get the label that the policy has for the
 * path.  A symbolic link is followed.  ERR_IO with errno, ERR_NOMEM.
 */
int file_write(struct arena *arena, const char *path, struct str text,
	mode_t mode) MUST_USE;

bool file_exists(const char *path);

#endif
