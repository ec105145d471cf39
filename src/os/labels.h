/*
 * SELinux labels for what we create ourselves.
 */
#ifndef OS_LABELS_H
#define OS_LABELS_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * From now on this thread creates sockets and files of that mode (S_IFSOCK,
 * S_IFREG) with the label that the policy has for path; labels_reset ends it.
 * Without SELinux, or without a rule for path, nothing happens.
 * ERR_IO only when the system refuses a label that the policy asks for.
 */
int labels_create_as(const char *path, mode_t mode) MUST_USE;
void labels_reset(void);

/* Is SELinux there; does it enforce? */
bool labels_enabled(void);
bool labels_enforcing(void);

/* Does the policy that is loaded know this context? */
bool labels_is_known(const char *context);

/*
 * Has the file the label that the policy has for policy_path?  LABELS_NO_RULE:
 * the policy has none for it.  *is and *should are to be freed by the caller,
 * NULL where there is none.
 */
enum labels_verdict {
	LABELS_RIGHT,
	LABELS_WRONG,
	LABELS_NO_RULE,
	LABELS_NO_FILE,
};
enum labels_verdict labels_compare(const char *path, const char *policy_path,
	char **is, char **should);

/* May source do this ("unix_stream_socket", "connectto") to target? */
bool labels_may(const char *source, const char *target, const char *class,
	const char *permission);

#endif
