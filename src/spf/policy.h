/*
 * From results to an action: what the administrator wants done, and to whom it
 * is not done.
 *
 * A whitelist takes the action, never the result: that one goes on to DMARC as
 * it is.
 */
#ifndef SPF_POLICY_H
#define SPF_POLICY_H

#include "spf/check.h"
#include "spf/conf.h"

/* What there is to judge. */
struct spf_case {
	const struct spf_settings *settings;
	struct message *message;
	struct spf_check *check; /* of the MAIL FROM: for the client's names */
	const struct spf_answer *mail_from;
	const struct spf_answer *helo; /* NULL: it has no say */
};

struct spf_decision {
	enum spf_action action;
	enum spf_action wanted; /* by the result alone */
	const struct spf_answer *cause; /* the answer that asks for it */
	const char *override; /* why action is not wanted; static, or NULL */
};

/* May ask the DNS for the client's names. */
struct spf_decision spf_decide(const struct spf_case *c);

/* Take an action back, for that reason. */
void spf_decision_override(struct spf_decision *decision, const char *reason);

/*
 * Carry out what an edit can do: tag, quarantine.  A failure sticks in
 * message->edits.
 */
void spf_decision_edit(const struct spf_case *c,
	const struct spf_decision *decision, const struct spf_query *query);

/*
 * The verdict, and with one that refuses message->reply (RFC 7372: X.7.23 for a
 * result, X.7.24 for an error).
 */
enum verdict spf_decision_verdict(const struct spf_case *c,
	const struct spf_decision *decision, const struct spf_query *query);

#endif
