/*
 * mailvet setup: what its parts share.  Each part makes its changes once, and
 * takes them back.
 */
#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H

#include "setup/change.h"
#include "host/host.h"

#define SETUP_CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf.d/00-setup.conf"
#define SETUP_UNITS "/usr/lib/systemd/system"

enum { SETUP_DOMAINS_MAX = 64 };

struct setup {
	struct host *host;
	struct changes changes;
	enum mta mta;
	bool inbound; /* mailvet-inbound in place of the chain */
	const char *name; /* of the host, and authserv-id */
	struct str *domains;
	size_t domain_count;
	const char *selector; /* of the keys */
	bool own_name, own_sign; /* the administrator's files have that */
	const char *reporter; /* the sender of reports; NULL: none are sent */
};

/*
 * ask.c: ask for name, domains and mode, with what is there as defaults.
 * False: the administrator does not want to go on.
 */
bool setup_ask(struct setup *setup);
/*
 * A domain in the form in which keys are kept and names compared: A-labels,
 * lower case, no dot at its end.  False: no mail domain.
 */
bool setup_domain(struct arena *arena, struct str text, struct str *ret);
bool setup_is_address(struct arena *arena, const char *text);

/*
 * All domains in that form, each once.  ERR_SYNTAX: one was none, which is said
 * and left out; ERR_NOMEM.
 */
int setup_normalise(struct setup *setup) MUST_USE;

/*
 * own.c: what the administrator's own files settle, which setup then
 * leaves alone.  ERR_CONFIG: they are wrong, and it was said how.
 */
int setup_own(struct setup *setup) MUST_USE;

/*
 * config.c: keys and the drop-in.  setup_recall fills what an earlier run
 * settled and the command line leaves open: name, domains, selector, reporter.
 */
void setup_recall(struct setup *setup);
void setup_config(struct setup *setup);
void setup_config_undo(struct setup *setup);

/* units.c: sockets, services and the timer of the mode. */
void setup_units(struct setup *setup);
void setup_units_undo(struct setup *setup);

/* sendmail.c: sendmail.mc and .cf. */
void setup_sendmail(struct setup *setup);
void setup_sendmail_undo(struct setup *setup);

/* postfix.c: main.cf and master.cf, by postconf. */
void setup_postfix(struct setup *setup);
void setup_postfix_undo(struct setup *setup);

#endif
