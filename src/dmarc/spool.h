/*
 * Lines appended to a directory, a file for each UTC hour.
 *
 * A disk can hang, and mail must not: a thread of the spool's own writes, the
 * sessions wait for it within bounds, and once it is known to hang they do not
 * wait at all.  Another thread calls fdatasync once a second.  Each line is one
 * write to a file opened for appending, so programs may share a directory, and
 * none needs the right to read or delete.
 *
 * What cannot be written is lost and counted; the next line tries anew.
 */
#ifndef DMARC_SPOOL_H
#define DMARC_SPOOL_H

#include "base/arena.h"
#include "base/str.h"

#include <stdatomic.h>

struct spool;

/* Of the whole process, as configurations come and go; static storage. */
struct spool_counts {
	atomic_ulong written, lost;
	atomic_int error; /* errno of the last loss or failed sync */
};

enum spool_status {
	SPOOL_WRITTEN,
	SPOOL_LATE, /* handed over, and not written yet */
	SPOOL_LOST,
};

/*
 * A spool on the directory; nothing is touched before the first line.  It is
 * closed with the arena: what was handed over is written, unless the disk
 * hangs for longer than a few seconds.  0, ERR_NOMEM.
 */
int spool_open(struct arena *arena, const char *directory,
	struct spool_counts *counts, struct spool **ret) MUST_USE;

/*
 * Append a line, which has no line end, and wait at most that many milliseconds
 * for it to be written; with 0 it is SPOOL_LATE, unless it cannot even wait in
 * the queue.  From any thread.
 */
enum spool_status spool_append(struct spool *spool, struct str line,
	long wait);

#endif
