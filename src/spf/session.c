#include "spf/session.h"
#include "spf/check.h"
#include "spf/conf.h"
#include "spf/received.h"

struct session {
	struct message *message;
	const struct spf_conf *conf;
	struct spf_query mail_from;
	struct spf_query helo;
	struct spf_check *mail_from_check;
	struct spf_check *helo_check; /* NULL: off, or it is the same check */
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

/* Ask for the records of both now; the answers are needed at the end only. */
static int
start_checks(struct session *s)
{
	struct dns_scope *dns = &s->message->dns;
	int rc = spf_check_start(dns, &s->mail_from, &s->mail_from_check);

	if (rc < 0 || s->conf->helo_check == HELO_OFF || is_bounce(s))
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
	s->conf = settings;
	s->mail_from = (struct spf_query){
		.identity = SPF_MAIL_FROM,
		.client = message->connection->client,
		.helo = message->connection->helo,
		.sender = message->mail_from,
		.receiver = receiver(message),
		.explain = true,
	};
	s->helo = s->mail_from;
	s->helo.identity = SPF_HELO;
	s->helo.explain = false;
	return start_checks(s) < 0 ? NULL : s;
}

static int
check_mail_from(struct session *s, struct spf_answer *answer)
{
	struct spf_results *ret = &s->message->results.spf;
	int rc = spf_check_finish(s->mail_from_check, answer);

	if (rc < 0)
		return rc;
	ret->mail_from = answer->result;
	ret->mail_from_address = answer->sender;
	ret->mail_from_domain = answer->domain;
	ret->mechanism = answer->mechanism;
	ret->reason = answer->reason;
	ret->explanation = answer->explanation;
	ret->known = true;
	return 0;
}

static int
check_helo(struct session *s, const struct spf_answer *mail_from)
{
	struct spf_results *ret = &s->message->results.spf;
	struct spf_answer answer = *mail_from;

	if (s->conf->helo_check == HELO_OFF)
		return 0;
	if (s->helo_check != NULL) {
		int rc = spf_check_finish(s->helo_check, &answer);

		if (rc < 0)
			return rc;
	}
	ret->helo = answer.result;
	ret->helo_name = s->helo.helo;
	ret->helo_known = true;
	return 0;
}

/* Do the results call for a later try? */
static bool
is_deferred(const struct session *s)
{
	const struct spf_results *results = &s->message->results.spf;

	if (s->conf->on_temperror != TEMPERROR_DEFER)
		return false;
	return results->mail_from == AUTH_TEMPERROR ||
		(s->conf->helo_check == HELO_ENFORCE &&
			results->helo == AUTH_TEMPERROR);
}

static enum verdict
decide(struct session *s)
{
	struct message *message = s->message;

	if (!is_deferred(s) || message->common->dry_run)
		return VERDICT_CONTINUE;
	reply_make(message->arena, "451", "4.7.24",
		STR("SPF could not be checked, try again later"),
		&message->reply);
	return VERDICT_TEMPFAIL;
}

static enum verdict
end(void *session)
{
	struct session *s = session;
	struct message *message = s->message;
	struct spf_answer answer;
	struct str value;

	if (check_mail_from(s, &answer) < 0 || check_helo(s, &answer) < 0)
		return VERDICT_TEMPFAIL;
	if (s->conf->received_spf) {
		value = spf_received(message->arena, &s->mail_from, &answer);
		if (value.p == NULL)
			return VERDICT_TEMPFAIL;
		edits_add(&message->edits, message->arena,
			STR("Received-SPF"), value);
	}
	return decide(s);
}

const struct filter spf_filter = {
	.name = "spf",
	.direction = INBOUND,
	.events = EVENT_CONNECT | EVENT_HELO | EVENT_MAIL | EVENT_END,
	.replies = EVENT_END,
	.edits = EDIT_MAY_ADD,
	.uses_dns = true,
	.section = &spf_section,
	.begin = begin,
	.end = end,
};
