/*
 * mailvet doctor: a table of checks, and what they say.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "host/host.h"
#include "keys/keyset.h"

enum health { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };

struct finding {
	const char *check; /* the name of the check */
	enum health health;
	const char *what;
	const char *mend; /* the command that mends it; NULL: none */
};

struct doctor {
	const struct host *host;
	enum mta mta;
	bool inbound; /* mailvet-inbound is used in place of the chain */
	const char *const *milters; /* that should be at work, as "spf" */
	const char *name; /* of the host; or NULL */
	const char *zone; /* a master file in place of the DNS; or NULL */
	struct keyset keys;
	const struct common *common; /* of the configuration, or its defaults */
	const char *check; /* that is at work */
	struct finding *findings;
	size_t count;
	enum health worst;
};

/* A check looks at one thing and says at least one finding. */
typedef void doctor_check(struct doctor *doctor);

/* Say what was found; mend is static or of the host's arena. */
void doctor_ok(struct doctor *doctor, const char *fmt, ...) FORMAT(2, 3);
void doctor_warn(struct doctor *doctor, const char *mend, const char *fmt, ...)
	FORMAT(3, 4);
void doctor_fail(struct doctor *doctor, const char *mend, const char *fmt, ...)
	FORMAT(3, 4);

/* Text of the host's arena; "" when out of memory. */
const char *doctor_text(struct doctor *doctor, const char *fmt, ...)
	FORMAT(2, 3);

doctor_check doctor_config;   /* each program accepts the configuration */
doctor_check doctor_units;    /* sockets, services */
doctor_check doctor_sockets;  /* there, not open to all, answering */
doctor_check doctor_modes;    /* owners and modes of files */
doctor_check doctor_selinux;  /* labels, module, access, denials */
doctor_check doctor_keys;     /* private keys and their records */
doctor_check doctor_dns;      /* names, SPF and DMARC records */
doctor_check doctor_sendmail; /* sendmail.cf */
doctor_check doctor_postfix;  /* main.cf, master.cf */
doctor_check doctor_journal;  /* spool and the reporter's timer */
doctor_check doctor_clock;

/*
 * common.c: keys and the [common] section; where the configuration is
 * broken, as if there was none.  ERR_NOMEM.
 */
int doctor_common(struct doctor *doctor) MUST_USE;

/* The DNS, closed with the host's arena; NULL: it was complained about. */
struct dns *doctor_dns_open(const struct doctor *doctor);

/* The domains whose mail is signed: *count of them. */
const struct str *doctor_domains(const struct doctor *doctor, size_t *count);

/* print.c: the findings as text or JSON; an exit status. */
void doctor_print(const struct doctor *doctor);
int doctor_print_json(const struct doctor *doctor);

/* All checks, printed as text.  The worst that was found. */
enum health doctor_run(const struct host *host, enum mta mta);

#endif
