/*
 * Questions to the DNS.
 *
 * One resolver per configuration, shared by all sessions and threads: answers
 * are kept for their TTL, and identical questions in flight are one query.
 * A message has one budget of waiting time for all of its questions; when it
 * is used up the answers are DNS_TIMEOUT, at once.
 *
 * Ask early, await late: dns_ask never blocks, so a session starts everything
 * that it can foresee and collects the answers when it needs them.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "base/arena.h"
#include "base/str.h"
#include "dns/resolver.h"

#include <stdint.h>

enum dns_type {
	DNS_A = 1,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
};

enum dns_status {
	DNS_FOUND,    /* at least one record of the type */
	DNS_NODATA,   /* the name exists, without that type */
	DNS_NXDOMAIN, /* the name does not exist (RFC 8020) */
	DNS_FAILURE,  /* SERVFAIL, REFUSED, bogus, garbage: temporary */
	DNS_TIMEOUT,  /* no answer within the budget: temporary */
	DNS_BADNAME,  /* none to ask for: empty or long label, over 253 bytes */
};

struct dns_record {
	/* A, AAAA: 4 or 16 bytes.  PTR, MX: the name in lower case, no
	 * trailing dot ("": the root).  TXT: the strings joined, all bytes. */
	struct str data;
	unsigned preference; /* MX */
	unsigned strings;    /* TXT: of how many strings it was made */
};

struct dns_answer {
	enum dns_status status;
	bool secure; /* DNSSEC-validated */
	uint32_t ttl;
	size_t count;
	const struct dns_record *records; /* in the order received */
};

struct dns_question;

/* The waiting budget of one message, and the arena that its answers live in. */
struct dns_scope {
	struct dns *dns;
	struct arena *arena;
	long budget; /* milliseconds of waiting left */
	unsigned asked; /* questions put, cached ones included */
	bool starved;	/* no memory for an answer: nothing found out counts */
};

/*
 * Start a query (or join one, or find the answer kept) without blocking.  The
 * question is released with scope->arena.  name is text without escapes: its
 * labels are split at dots, any other byte goes into the question as it is;
 * a trailing dot is ignored.
 */
int dns_ask(struct dns_scope *scope, struct str name, enum dns_type type,
	struct dns_question **ret) MUST_USE;

/*
 * Wait for the answer within the budget.  Never NULL; valid as long as
 * scope->arena.  After the budget is used up a kept answer is still given.
 */
const struct dns_answer *dns_await(
	struct dns_scope *scope, struct dns_question *question);

/* Ask and await; DNS_FAILURE, and scope->starved, when out of memory. */
const struct dns_answer *dns_lookup(
	struct dns_scope *scope, struct str name, enum dns_type type);

/* Is the outcome a temporary error for SPF, DKIM and DMARC? */
static inline bool
dns_is_temporary(const struct dns_answer *answer)
{
	return answer->status == DNS_FAILURE || answer->status == DNS_TIMEOUT;
}

/* "FOUND", "NXDOMAIN", ...; static. */
const char *dns_status_text(enum dns_status status);

/* The name of an address to ask PTR of; { NULL, 0 }: IP_NONE, or no memory. */
struct ipaddr;
struct str dns_reverse_name(
	struct arena *arena, const struct ipaddr *addr) MUST_USE;

#endif
