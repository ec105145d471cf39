#include "spf/session.h"
#include "spf/policy.h"
#include "spf/received.h"

struct session {
	struct message *message;
	const struct spf_settings *settings;
	struct spf_query mail_from;
	struct spf_query helo;
	struct spf_check *mail_from_check;
	struct spf_check *helo_check; /* NULL: off, or it is the same check */
	struct spf_answer mail_from_answer;
	struct spf_answer helo_answer;
	bool decided; /* from here on what follows is known */
	struct spf_decision decision;
	/* Recipients, when there is a whitelist of them. */
	unsigned exempt, others;
};

/* The name under which we receive, for %{r} and the fields. */
static struct str
receiver(const struct message *message)
{
	return message->authserv_id.n > 0 ? message->authserv_id :
		message->connection->mta_name;
}

/*
 * A message without a sender is from postmaster@HELO: its MAIL FROM check is
 * the HELO check.
 */
static bool
is_bounce(const struct session *s)
{
	return s->mail_from.sender.n == 0;
}

/* Ask for the records of both now; the answers are needed later. */
static int
start_checks(struct session *s)
{
	struct dns_scope *dns = &s->message->dns;
	int rc = spf_check_start(dns, &s->mail_from, &s->mail_from_check);

	if (rc < 0 || s->settings->conf.helo_check == HELO_OFF || is_bounce(s))
		return rc;
	return spf_check_start(dns, &s->helo, &s->helo_check);
}

static void *
begin(struct message *message, const void *settings)
{
	struct session *s = arena_alloc(message->arena, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->message = message;
	s->settings = settings;
	s->mail_from = (struct spf_query){
		.identity = SPF_MAIL_FROM,
		.client = message->connection->client,
		.helo = message->connection->helo,
		.sender = message->mail_from,
		.receiver = receiver(message),
		/* For whoever is refused. */
		.explain = s->settings->refuses,
	};
	s->helo = s->mail_from;
	s->helo.identity = SPF_HELO;
	return start_checks(s) < 0 ? NULL : s;
}

static int
check_mail_from(struct session *s)
{
	struct spf_results *ret = &s->message->results.spf;
	struct spf_answer *answer = &s->mail_from_answer;
	int rc = spf_check_finish(s->mail_from_check, answer);

	if (rc < 0)
		return rc;
	ret->mail_from = answer->result;
	ret->mail_from_address = answer->sender;
	ret->mail_from_domain = answer->domain;
	ret->mechanism = answer->mechanism;
	ret->reason = answer->reason;
	ret->known = true;
	return 0;
}

static int
check_helo(struct session *s)
{
	struct spf_results *ret = &s->message->results.spf;
	int rc = 0;

	if (s->settings->conf.helo_check == HELO_OFF)
		return 0;
	s->helo_answer = s->mail_from_answer;
	if (s->helo_check != NULL)
		rc = spf_check_finish(s->helo_check, &s->helo_answer);
	if (rc < 0)
		return rc;
	ret->helo = s->helo_answer.result;
	ret->helo_name = s->helo.helo;
	ret->helo_known = true;
	return 0;
}

static struct spf_case
case_of(const struct session *s)
{
	return (struct spf_case){
		.settings = s->settings,
		.message = s->message,
		.check = s->mail_from_check,
		.mail_from = &s->mail_from_answer,
		.helo = s->settings->conf.helo_check == HELO_ENFORCE ?
			&s->helo_answer : NULL,
	};
}

/* What is done, for the log; "whitelist-ip, would reject". */
static void
record(struct session *s)
{
	struct spf_results *ret = &s->message->results.spf;
	const struct spf_decision *d = &s->decision;
	struct strbuf sb = sb_new(s->message->arena);

	ret->action = str_of(spf_action_text(d->action));
	if (d->override == NULL)
		return;
	sb_addf(&sb, "%s, would %s", d->override, spf_action_text(d->wanted));
	ret->override = sb_done(&sb);
}

/* The results, and what they call for; once.  0 or ERR_NOMEM. */
static int
decide(struct session *s)
{
	struct spf_case c = case_of(s);

	if (s->decided)
		return 0;
	if (check_mail_from(s) < 0 || check_helo(s) < 0)
		return ERR_NOMEM;
	s->decided = true;
	s->decision = spf_decide(&c);
	record(s);
	return 0;
}

static enum verdict
judge(struct session *s)
{
	struct spf_case c = case_of(s);

	if (decide(s) < 0)
		return VERDICT_TEMPFAIL;
	return spf_decision_verdict(&c, &s->decision, &s->mail_from);
}

/* A refusal is given as early as it can be: here, or for each recipient. */
static enum verdict
mail(void *session)
{
	struct session *s = session;

	if (!s->settings->refuses || s->settings->whitelist.to.count > 0)
		return VERDICT_CONTINUE;
	return judge(s);
}

static enum verdict
rcpt(void *session, struct str address)
{
	struct session *s = session;
	const struct name_list *exempt = &s->settings->whitelist.to;

	if (exempt->count == 0)
		return VERDICT_CONTINUE;
	if (name_list_has_address(exempt, s->message->arena, address)) {
		s->exempt++;
		return VERDICT_CONTINUE;
	}
	s->others++;
	return s->settings->refuses ? judge(s) : VERDICT_CONTINUE;
}

/*
 * The others were refused, so who is left is exempt.  What is done to the whole
 * message is left out when nobody else gets it.
 */
static void
exempt_recipients(struct session *s)
{
	bool refused = s->decision.action >= SPF_DEFER;

	if (s->decision.action == SPF_ACCEPT || s->exempt == 0 ||
		(s->others > 0 && !refused))
		return;
	spf_decision_override(&s->decision, "whitelist-to");
	record(s);
}

static enum verdict
end(void *session)
{
	struct session *s = session;
	struct message *message = s->message;
	struct spf_case c = case_of(s);
	struct str value;

	if (decide(s) < 0)
		return VERDICT_TEMPFAIL;
	if (s->settings->conf.received_spf) {
		value = spf_received(message->arena, &s->mail_from,
			&s->mail_from_answer);
		if (value.p == NULL)
			return VERDICT_TEMPFAIL;
		edits_add(&message->edits, message->arena,
			STR("Received-SPF"), value);
	}
	exempt_recipients(s);
	spf_decision_edit(&c, &s->decision, &s->mail_from);
	return judge(s);
}

static void
adapt(const void *settings, struct needs *needs)
{
	const struct spf_settings *s = settings;
	unsigned event = EVENT_MAIL;

	if (s->whitelist.to.count > 0)
		event = EVENT_RCPT;
	needs->events |= event;
	if (s->refuses)
		needs->replies |= event;
	for (int i = 0; i <= AUTH_PERMERROR; i++)
		if (s->conf.actions[i] == SPF_QUARANTINE)
			needs->edits |= EDIT_MAY_QUARANTINE;
}

const struct filter spf_filter = {
	.name = "spf",
	.direction = INBOUND,
	.events = EVENT_CONNECT | EVENT_HELO | EVENT_MAIL | EVENT_END,
	.replies = EVENT_END,
	.edits = EDIT_MAY_ADD | EDIT_MAY_CHANGE,
	.uses_dns = true,
	.section = &spf_section,
	.load = spf_load,
	.adapt = adapt,
	.begin = begin,
	.mail = mail,
	.rcpt = rcpt,
	.end = end,
};
