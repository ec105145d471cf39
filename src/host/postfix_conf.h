/*
 * What Postfix has to be set to, so that its mail passes the milters.
 */
#ifndef HOST_POSTFIX_CONF_H
#define HOST_POSTFIX_CONF_H

#include "host/host.h"

enum postfix_kind {
	POSTFIX_MAIN,	 /* main.cf: a parameter */
	POSTFIX_SERVICE, /* master.cf: -o of a service: "smtp/inet/NAME" */
	POSTFIX_FIELD,	 /* master.cf: a field of a service */
};

struct postfix_setting {
	enum postfix_kind kind;
	const char *key;
	struct str is;	   /* as it stands; empty and !is_set: the default */
	struct str should; /* other milters stay, before ours */
	bool is_set;
	struct str ours; /* what setup sets it to; of a list: empty */
	const char *why; /* one line for doctor */
};

/*
 * All that matters, right or not.  milters as mode_milters has them.  ERR_IO
 * when postconf cannot be run or fails, ERR_NOMEM.
 */
int postfix_settings(const struct host *host, const char *const *milters,
	struct postfix_setting **ret, size_t *count) MUST_USE;

/*
 * The list of milters with ours at its end, in their order: others stay as they
 * are, one that is there twice is there once.
 */
struct str postfix_milters(struct arena *arena, struct str list,
	const char *const *milters) MUST_USE;

/*
 * The same for mail of local programs, which is only signed.  A list that has
 * all that smtpd has stays so: the signer is in that.
 */
struct str postfix_local_milters(struct arena *arena, struct str list)
	MUST_USE;

/*
 * The listeners of master.cf whose smtpd_milters are not those of main.cf, and
 * lack ours: each as a setting, of which "should" says what it might be.  One
 * on loopback may have none: there content filters give mail back.
 */
int postfix_overrides(const struct host *host, const char *const *milters,
	struct postfix_setting **ret, size_t *count) MUST_USE;

/* Is one of ours in the list? */
bool postfix_has_ours(struct str list);

/* The list without ours. */
struct str postfix_without(struct arena *arena, struct str list) MUST_USE;

/* What postconf is to be called with, NULL-terminated: 6 at most. */
void postfix_command(const struct host *host, const char *option,
	const char *argument, const char *ret[6]);

#endif
