/*
 * A daemon under test: started, watched and stopped.  It dies with the
 * test, however that ends.
 */
#ifndef TESTS_DAEMON_H
#define TESTS_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct daemon {
	pid_t pid;
	char name[32];		/* "spf" for mailvet-spf */
	char socket[96];	/* its path */
	char errors[96];	/* the file that has its standard error */
	bool activated;		/* by systemd-socket-activate */
	long rss_kb;		/* as daemon_mark found it */
	off_t mark;		/* ... and the size of errors then */
};

/*
 * Start BINDIR/mailvet-NAME -c DIR/mailvet.conf with its socket in DIR;
 * returns -1 when it cannot be forked.  activate: through
 * systemd-socket-activate, which makes the socket.
 */
int daemon_start(struct daemon *d, const char *bindir, const char *name,
    const char *dir, bool activate);

/* Wait until the socket takes connections; false after ms, or if it died. */
bool daemon_ready(struct daemon *d, int ms);

/* Ask it to stop; daemon_wait then waits. */
void daemon_term(const struct daemon *d);

/*
 * Wait up to ms for the end; kills it if it does not come.  Writes what
 * was wrong with it (exit status, sanitizer report) into why and returns
 * false.
 */
bool daemon_wait(struct daemon *d, int ms, char *why, size_t size);

/* Remember the memory in use, and where the log is, and reset the peak. */
void daemon_mark(struct daemon *d);

/* Growth from the mark to the peak in kB; divided by what a sanitizer adds. */
long daemon_growth(const struct daemon *d);

/*
 * Is there a log line with all of the words (split at blanks) and the
 * queue id, if that is not NULL?  Only what came after the mark is read.
 */
bool daemon_logged(const struct daemon *d, const char *qid,
    const char *words);

#endif
