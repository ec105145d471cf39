/*
 * The systemd journal: log entries with fields, so that
 * `journalctl MAILVET_DMARC=fail` works.
 */
#ifndef OS_JOURNAL_H
#define OS_JOURNAL_H

#include "base/log.h"

/* Is stderr connected to the journal?  ($JOURNAL_STREAM, systemd.exec(5)) */
bool journal_is_stderr(void);

/* A sink for log_use: field "dmarc" becomes MAILVET_DMARC. */
log_sink log_to_journal;

#endif
