/*
 * SELinux labels for what we create ourselves.
 */
#ifndef OS_LABELS_H
#define OS_LABELS_H

#include "base/err.h"

#include <sys/types.h>

/*
 * From now on this thread creates sockets and files of that mode (S_IFSOCK,
 * S_IFREG) with the label that the policy has for path; labels_reset ends it.
 * Without SELinux, or without a rule for path, nothing happens.
 * ERR_IO only when the system refuses a label that the policy asks for.
 */
int labels_create_as(const char *path, mode_t mode) MUST_USE;
void labels_reset(void);

#endif
