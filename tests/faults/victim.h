/*
 * The daemons under faults, and mail whose result is known.
 */
#ifndef TESTS_VICTIM_H
#define TESTS_VICTIM_H

#include "../lib/fakemta.h"
#include "../lib/scnenv.h"
#include "inject.h"

/*
 * A sanitizer keeps what was freed, so that there is little to say of memory;
 * and it must be the first to take over the allocator, so that nothing can be
 * injected.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1, SANITIZER_KB = 400 * 1024 };
#else
enum { SANITIZED = 0, SANITIZER_KB = 0 };
#endif

/* All five daemons, each with faults of its own. */
struct victims {
	struct scnopts opts;
	struct scnfile file;
	struct scnenv env;
	struct inject *inject[SCN_DAEMONS];	/* one a daemon */
	char directory[32];			/* where these are */
	char *signature;			/* see victims_mail */
};

/* What is sent, and through which daemons. */
enum kind {
	KIND_GOOD,	/* inbound: spf, dkim, dmarc pass */
	KIND_FORGED,	/* inbound: refused */
	KIND_CHAIN,	/* spf, dkim, dmarc, apart: all pass */
	KIND_SIGN,	/* sign: gets a signature, which is verified */
	KINDS,
};

/* What became of it. */
enum fate {
	FATE_RIGHT,	/* exactly what it deserves */
	FATE_DEFERRED,	/* a 4xx, or the connection was closed */
	FATE_UNSURE,	/* temperror instead of a result */
	FATE_WRONG,
};

extern const char *const kind_name[KINDS];

/* KINDS for an unknown name. */
enum kind kind_of(const char *name);

/*
 * Start them out of bindir with what the scenario file declares at its head;
 * false: it was said on standard output what is wrong.
 */
bool victims_start(struct victims *v, const char *bindir, const char *file);

/* Does the file say "nozone": does a name server of ours give the answers? */
bool victims_has_dns(const struct victims *v);

/* Stop them; false when one did not end well, or was not there any more. */
bool victims_stop(struct victims *v);

/*
 * Has it crashed?  Then it is started again, as the service manager would.
 * false: it was not, or does not come up.
 */
bool victims_revive(struct victims *v, const char *name);

/* By name; never NULL. */
struct daemon *victims_daemon(struct victims *v, const char *name);
struct inject *victims_inject(struct victims *v, const char *name);

/* The connection of a kind up to HELO, and a message on it. */
bool victims_open(struct victims *v, enum kind kind, struct fakemta *fm,
    int timeout_ms);
enum fate victims_send(struct victims *v, enum kind kind, struct fakemta *fm);

/* Does a result of ours meet the condition (armatch.h)? */
bool victims_has(const struct fmsg *m, const char *cond);

/* What the outcome of a connection that could not be opened means. */
enum fate victims_fate(const struct fakemta *fm);

/* One message on a connection of its own; why says what was wrong. */
enum fate victims_mail(struct victims *v, enum kind kind, int timeout_ms,
    char *why, size_t size);

#endif
