/*
 * What sendmail.cf says of milters.
 */
#ifndef HOST_SENDMAIL_CF_H
#define HOST_SENDMAIL_CF_H

#include "base/arena.h"
#include "base/str.h"

/* Xname, S=socket, F=flags, T=C:time;S:time;R:time;E:time */
struct cf_filter {
	struct str name;
	struct str socket;
	struct str flags;
	long timeout[4]; /* ms; as CF_CONNECT ...; -1: sendmail's default */
};

enum { CF_CONNECT, CF_SEND, CF_READ, CF_END };

/* O DaemonPortOptions=Name=MTA, I=filter;filter */
struct cf_daemon {
	struct str name;
	struct str filters;
	bool has_filters; /* has a list of its own, which may be empty */
};

struct cf {
	struct cf_filter *filters;
	size_t filter_count;
	struct cf_daemon *daemons;
	size_t daemon_count;
	struct str input_filters; /* of all other listeners; separated by , */
	struct str pid_file;	  /* of the daemon */
};

/* Views into text; the lists are the arena's.  ERR_NOMEM. */
int cf_parse(struct arena *arena, struct str text, struct cf *ret) MUST_USE;

/* The filter of that name; NULL: there is none. */
const struct cf_filter *cf_find(const struct cf *cf, struct str name);

/*
 * Where name stands in a list of filters ("a, b" or "a;b"), from 0 on; -1: it
 * does not.
 */
int cf_position(struct str list, struct str name);

/* Are all these milters (NULL-terminated, as "spf") in the list, in order? */
bool cf_in_order(struct str list, const char *const *milters);

/*
 * Are these milters defined, and in order in the list of all listeners that
 * have none of their own?
 */
bool cf_uses(const struct cf *cf, const char *const *milters);

#endif
