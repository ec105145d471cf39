/*
 * check_host() (RFC 7208 section 4): may this host use this identity?
 *
 * libspf2 decides, with all that it does wrongly taken out of its hands: see
 * engine.h.  start asks the first question and finish needs the answer, so a
 * session that starts early waits less.
 */
#ifndef SPF_CHECK_H
#define SPF_CHECK_H

#include "base/ipnet.h"
#include "dns/dns.h"
#include "mail/results.h"

enum spf_identity {
	SPF_MAIL_FROM,
	SPF_HELO, /* as postmaster@HELO (section 2.3) */
};

struct spf_query {
	enum spf_identity identity;
	struct ipaddr client; /* IP_NONE: the result is none, unasked */
	struct str helo;
	struct str sender;   /* without brackets; empty: postmaster@HELO */
	struct str receiver; /* our name, for %{r}; may be empty */
	bool explain;	     /* on fail, fetch the domain's explanation */
};

struct spf_answer {
	enum auth_result result;
	struct str sender;	/* "local@domain" that was checked */
	struct str domain;	/* A-labels, lower case; empty: there is none */
	struct str mechanism;	/* that matched, as written; or empty */
	struct str reason;	/* of none and errors, for people; or empty */
	struct str explanation; /* printable ASCII; or empty */
	unsigned terms;		/* that asked the DNS: at most 10 */
	unsigned voids;		/* of these, without an answer: at most 2 */
};

struct spf_check;

/*
 * Prepare a check in scope->arena, and ask for the domain's record.  The views
 * in query must live as long as the arena.  0 or ERR_NOMEM.
 */
int spf_check_start(struct dns_scope *scope, const struct spf_query *query,
	struct spf_check **ret) MUST_USE;

/*
 * Evaluate; once for a check.  Every outcome of SPF is a result, so the only
 * error is ERR_NOMEM.
 */
int spf_check_finish(struct spf_check *check, struct spf_answer *ret) MUST_USE;

/*
 * The names of the client that lead back to its address (section 5.5), at most
 * ten; *ret_complete is false when the DNS left open whether there are more.
 * Asked for once, whatever the records need.
 */
size_t spf_check_names(struct spf_check *check, const struct str **ret,
	bool *ret_complete);

/* Both at once. */
int spf_check_host(struct dns_scope *scope, const struct spf_query *query,
	struct spf_answer *ret) MUST_USE;

#endif
