/*
 * New files that must be whole, private and labelled from the first moment.
 */
#ifndef OS_NEWFILE_H
#define OS_NEWFILE_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

struct newfile {
	const char *path;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: as it comes; likewise gid */
	gid_t gid;
};

/*
 * Make the file with that content: it appears with everything in it, synced,
 * or not at all, and never in place of another.  Its SELinux label is that of
 * the policy for path.  ERR_IO with errno (EEXIST: there is one).
 */
int newfile_write(const struct newfile *file, struct str content) MUST_USE;

/* Make the directory unless it is there; mode and owner are those of a new
 * one only.  ERR_IO with errno. */
int newfile_directory(const struct newfile *directory) MUST_USE;

#endif
