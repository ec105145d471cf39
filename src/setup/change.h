/*
 * Changes to the host, each made once, shown, and left out by --dry-run.
 */
#ifndef SETUP_CHANGE_H
#define SETUP_CHANGE_H

#include "host/host.h"

#include <sys/types.h>

struct changes {
	const struct host *host;
	bool dry_run;
	unsigned count; /* made, or with dry_run: that would be made */
	const char *failed; /* what went wrong first; NULL: nothing */
};

/* Behind the name of a file: how it was before mailvet. */
#define CHANGE_BACKUP ".before-mailvet"

/*
 * Give a file of the host this text, if it has another one; the difference is
 * printed.  With backup, what was there first is kept beside it.  A failure is
 * printed and noted in failed; after one, all that follows does nothing.
 */
void change_file(struct changes *changes, const char *path, struct str text,
	mode_t mode);
void change_file_with_backup(struct changes *changes, const char *path,
	struct str text, mode_t mode);

/* Remove a file of the host, if it is there. */
void change_remove(struct changes *changes, const char *path);

/* Run a program that changes something; the command is printed. */
void change_run(struct changes *changes, const char *const argv[]);

/* Note a failure: "what: why". */
void change_fail(struct changes *changes, const char *what, const char *why);

#endif
