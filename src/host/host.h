/*
 * The mail host that setup and doctor look at.
 *
 * Files may be taken from below another root directory (--root), as tests do
 * and whoever looks at an unmounted system; programs are those of this machine.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "base/arena.h"
#include "base/str.h"

#include <sys/types.h>

/* Where the private keys are: DOMAIN/SELECTOR.pem. */
#define HOST_KEYS MAILVET_SYSCONFDIR "/mailvet/keys"

enum mta { MTA_UNKNOWN, MTA_NONE, MTA_SENDMAIL, MTA_POSTFIX };

struct host {
	struct arena *arena;
	const char *root; /* "" or a directory without a slash at its end */
};

/* PATH of the host as one can open it; NULL: out of memory. */
const char *host_path(const struct host *host, const char *path) MUST_USE;

/* "sendmail", "postfix", "none"; static. */
const char *mta_name(enum mta mta);
bool mta_parse(const char *name, enum mta *ret);

/*
 * The MTA of the host, by its configuration: both have one, then by the
 * service that is running, then by the one that sendmail(8) belongs to.
 */
enum mta host_mta(const struct host *host);

/* The full name of this host as its MTA has it; NULL: none to be found. */
const char *host_name(const struct host *host, enum mta mta);

/*
 * The domains that the host has mail of, the most likely one first; *count of
 * them.  NULL with *count 0 when there is none to be found.
 */
struct str *host_domains(const struct host *host, enum mta mta,
	const char *name, size_t *count);

/*
 * The user and the group of that name in the host's /etc/passwd and /etc/group,
 * and whether a user is a member of a group there.
 */
bool host_user(const struct host *host, const char *name, uid_t *ret);
bool host_group(const struct host *host, const char *name, gid_t *ret);
bool host_is_member(const struct host *host, const char *group,
	const char *user);

/*
 * Is the file at path older than the one at other?  Not when one is not there.
 */
bool host_is_older(const struct host *host, const char *path,
	const char *other);

/* Is a unit of systemd active, enabled?  ("is-active", "is-enabled") */
bool host_unit(const struct host *host, const char *question,
	const char *unit);

#endif
