/*
 * The file of the hour: what a spool writes to and syncs.
 */
#ifndef DMARC_HOURFILE_H
#define DMARC_HOURFILE_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* One thread writes, another one syncs. */
struct hourfile {
	pthread_mutex_t lock; /* of what follows; never held in a system call */
	char *directory;
	int fd; /* -1: none is open */
	bool dirty;
	long hour; /* since 1970, of fd */
	bool torn; /* the file may end within a line */
};

/* 0, ERR_NOMEM. */
int hourfile_init(struct hourfile *file, const char *directory) MUST_USE;

/*
 * Append text by one write.  text begins with a line end, which is left out
 * where the file is known to end with one, and ends with another.  Opens the
 * file of this hour if it has to.  0, or errno.
 */
int hourfile_write(struct hourfile *file, const char *text, size_t n) MUST_USE;

/* fdatasync what was written since the last time.  0, or errno. */
int hourfile_sync(struct hourfile *file);

void hourfile_close(struct hourfile *file);

#endif
