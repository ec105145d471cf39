/*
 * Reading the files of a journal: which hours are complete, and their lines.
 */
#ifndef REPORT_JOURNAL_READ_H
#define REPORT_JOURNAL_READ_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

struct journal_file {
	struct str name; /* "2026112406.jsonl" */
	int64_t hour;	 /* its begin */
};

struct journal_files {
	struct journal_file *list; /* oldest first */
	size_t count;
};

/* How long after its end an hour is still open. */
enum { JOURNAL_SETTLE = 5 * 60 };

/*
 * The files of the directory whose hour ended JOURNAL_SETTLE seconds before
 * now; other names are passed over.  0, ERR_IO with errno, ERR_NOMEM.
 */
int journal_list(struct arena *arena, const char *directory, int64_t now,
	struct journal_files *ret) MUST_USE;

/* Bytes in the file; 0 when there is none. */
int64_t journal_size(const char *path);

struct journal_reader;

/* Longer lines are no lines of ours. */
enum { JOURNAL_LINE_MAX = 256 * 1024 };

/*
 * Read a file of the directory from the position (bytes) on.  ERR_IO with
 * errno, also for what is no regular file; ERR_NOMEM.
 */
int journal_open(struct arena *arena, const char *path, int64_t position,
	struct journal_reader **ret) MUST_USE;
void journal_close(struct journal_reader *reader); /* NULL is ok */

/*
 * The next line without its line end; 1, or 0 at the end of the file, or ERR_IO
 * with errno.  Of a line that is too long *ret is the beginning, and *cut is
 * set.  A last line without a line end is a line.  Valid until the next call.
 */
int journal_next(struct journal_reader *reader, struct str *ret, bool *cut)
	MUST_USE;

/* Where the next line begins, in bytes from the start of the file. */
int64_t journal_position(const struct journal_reader *reader);

#endif
