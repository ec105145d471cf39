#include "spf/policy.h"
#include "base/strbuf.h"
#include "spf/phrase.h"

static enum spf_action
action_for(const struct spf_case *c, const struct spf_answer *answer)
{
	return (enum spf_action)c->settings->conf.actions[answer->result];
}

/* ---- who is exempt ---- */

enum names { NAMES_LISTED, NAMES_OTHER, NAMES_UNKNOWN };

/* Is the client whitelisted by a name of its own?  Costs questions. */
static enum names
client_names(const struct spf_case *c)
{
	const struct name_list *list = &c->settings->whitelist.ptr;
	const struct str *names;
	bool complete;
	size_t count;

	if (list->count == 0)
		return NAMES_OTHER;
	count = spf_check_names(c->check, &names, &complete);
	for (size_t i = 0; i < count; i++)
		if (name_list_has(list, c->message->arena, names[i]))
			return NAMES_LISTED;
	return complete ? NAMES_OTHER : NAMES_UNKNOWN;
}

/* What exempts the message, found without a question; or NULL. */
static const char *
exemption(const struct spf_case *c)
{
	const struct spf_whitelist *w = &c->settings->whitelist;
	const struct message *m = c->message;

	if (m->connection->client.family == IP_NONE)
		return "no client address";
	if (c->settings->conf.skip_null_sender && m->mail_from.n == 0)
		return "skip-null-sender";
	if (ipnet_list_contains(&w->ip, &m->connection->client))
		return "whitelist-ip";
	if (m->mail_from.n > 0 &&
		name_list_has_address(&w->from, m->arena, m->mail_from))
		return "whitelist-from";
	if (name_list_has(&w->helo, m->arena, m->connection->helo))
		return "whitelist-helo";
	return NULL;
}

void
spf_decision_override(struct spf_decision *decision, const char *reason)
{
	decision->action = SPF_ACCEPT;
	decision->override = reason;
}

static void
apply_exemptions(const struct spf_case *c, struct spf_decision *decision)
{
	const char *exempt = exemption(c);
	enum names names = NAMES_LISTED;

	if (exempt == NULL)
		names = client_names(c);
	if (names == NAMES_LISTED) {
		spf_decision_override(decision,
			exempt != NULL ? exempt : "whitelist-ptr");
	} else if (names == NAMES_UNKNOWN && decision->action == SPF_REJECT) {
		/* It may be on the list: better to ask again later. */
		decision->action = SPF_DEFER;
		decision->override = "whitelist-ptr is not known";
	}
}

struct spf_decision
spf_decide(const struct spf_case *c)
{
	struct spf_decision ret = { .action = action_for(c, c->mail_from),
		.cause = c->mail_from };

	if (c->helo != NULL && action_for(c, c->helo) > ret.action) {
		ret.action = action_for(c, c->helo);
		ret.cause = c->helo;
	}
	ret.wanted = ret.action;
	if (ret.action != SPF_ACCEPT)
		apply_exemptions(c, &ret);
	if (ret.action != SPF_ACCEPT && c->message->common->dry_run)
		spf_decision_override(&ret, "dry run");
	return ret;
}

/* ---- what is done ---- */

/* "[SPF:fail] Lunch?"; a Subject that has the tag already stays. */
static void
tag_field(struct message *m, const struct header *subject, struct str tag)
{
	struct str text = str_trim(subject->value);
	struct strbuf sb = sb_new(m->arena);

	if (str_istarts(text, tag))
		return;
	sb_add(&sb, tag);
	sb_addz(&sb, text.n > 0 ? " " : "");
	sb_add(&sb, text);
	edits_change(&m->edits, m->arena, subject, sb_done(&sb));
}

/* Each Subject, for of several one reader shows the first, another the last. */
static void
tag_subject(struct message *m, struct str tag)
{
	const struct str name = STR("Subject");

	if (headers_count(&m->headers, name) == 0)
		edits_add(&m->edits, m->arena, name, tag);
	for (size_t i = 0; i < m->headers.count; i++)
		if (str_ieq(m->headers.fields[i].name, name))
			tag_field(m, &m->headers.fields[i], tag);
}

void
spf_decision_edit(const struct spf_case *c,
	const struct spf_decision *decision, const struct spf_query *query)
{
	const struct spf_conf *conf = &c->settings->conf;
	struct message *m = c->message;
	const char *phrase = decision->action == SPF_TAG ? conf->subject_tag :
		"SPF {result}: {explanation}";
	struct str text;

	if (decision->action != SPF_TAG && decision->action != SPF_QUARANTINE)
		return;
	text = phrase_fill(m->arena, str_of(phrase), query, decision->cause);
	if (text.p == NULL)
		m->edits.failed = true;
	else if (decision->action == SPF_TAG)
		tag_subject(m, text);
	else
		edits_quarantine(&m->edits, m->arena, text);
}

enum verdict
spf_decision_verdict(const struct spf_case *c,
	const struct spf_decision *decision, const struct spf_query *query)
{
	enum auth_result result = decision->cause->result;
	bool error = result == AUTH_TEMPERROR || result == AUTH_PERMERROR;
	struct message *m = c->message;
	struct str text;

	if (decision->action < SPF_DEFER)
		return VERDICT_CONTINUE;
	text = phrase_fill(m->arena, str_of(c->settings->conf.reply_text),
		query, decision->cause);
	if (decision->action == SPF_REJECT) {
		(void)reply_make(m->arena, "550", error ? "5.7.24" : "5.7.23",
			text, &m->reply);
		return VERDICT_REJECT;
	}
	(void)reply_make(m->arena, "451", error ? "4.7.24" : "4.7.23", text,
		&m->reply);
	return VERDICT_TEMPFAIL;
}
