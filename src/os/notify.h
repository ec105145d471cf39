/*
 * Talking to the service manager (sd_notify(3), sd_listen_fds(3)).  Without one
 * all of it does nothing.
 */
#ifndef OS_NOTIFY_H
#define OS_NOTIFY_H

#include "base/err.h"

/*
 * The listening socket that the service manager handed over.  *ret is the file
 * descriptor, or -1 when there is none.  ERR_SYNTAX when there are several: a
 * milter has one.  ERR_IO when it is not open.
 */
int notify_listen_fd(int *ret) MUST_USE;

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

/* STATUS= for systemctl status. */
void notify_status(const char *fmt, ...) FORMAT(1, 2);

#endif
