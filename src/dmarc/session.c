#include "dmarc/session.h"

#include "dmarc/author.h"
#include "dmarc/conf.h"
#include "dmarc/opendmarc.h"
#include "dmarc/policy.h"

struct session {
	struct message *message;
	const struct dmarc_settings *settings;
	struct author author;
	struct walk *walk; /* NULL: there is no single author domain */
};

static void *
begin(struct message *message, const void *settings)
{
	struct session *s = arena_alloc(message->arena, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->message = message;
	s->settings = settings;
	return s;
}

static enum verdict
headers(void *session)
{
	struct session *s = session;
	struct message *m = s->message;
	int err = author_find(m->arena, &m->headers, &s->author);

	if (err == 0 && s->author.domain.n > 0)
		err = walk_start(&m->dns, s->author.domain, &s->walk);
	return err == 0 ? VERDICT_CONTINUE : VERDICT_TEMPFAIL;
}

/* Append a remark to one of the texts in the results; a failure is kept. */
static void
remark(struct session *s, struct str *text, const char *what)
{
	struct strbuf sb = sb_new(s->message->arena);
	struct str done;

	sb_add(&sb, *text);
	sb_addz(&sb, text->n > 0 ? "; " : "");
	sb_addz(&sb, what);
	done = sb_done(&sb);
	if (done.p == NULL)
		s->message->edits.failed = true;
	else
		*text = done;
}

/* The last word, unless this is a dry run, which only says what it would be. */
static enum verdict
answer(struct session *s, enum verdict verdict, const struct reply *reply)
{
	struct message *m = s->message;

	if (m->common->dry_run) {
		remark(s, &m->results.dmarc.override,
			verdict == VERDICT_REJECT ?
			"local_policy: dry run, would reject" :
			"local_policy: dry run, would defer");
		return VERDICT_CONTINUE;
	}
	if (reply_make(m->arena, reply->code, reply->enhanced,
		str_of(reply->text), &m->reply) != 0)
		m->edits.failed = true;
	return verdict;
}

static enum verdict
invalid_from(struct session *s)
{
	static const struct reply reply = { "550", "5.7.1",
		"From must name addresses of exactly one domain" };

	s->message->results.dmarc = (struct dmarc_results){ .known = true,
		.result = AUTH_PERMERROR, .reason = s->author.problem };
	if (s->settings->conf.on_invalid_from == INVALID_FROM_ACCEPT)
		return VERDICT_CONTINUE;
	return answer(s, VERDICT_REJECT, &reply);
}

static enum verdict
temperror(struct session *s)
{
	static const struct reply reply = { "451", "4.7.0",
		"the DNS did not tell whether this message is authentic" };

	if (s->settings->conf.on_temperror == TEMPERROR_ACCEPT)
		return VERDICT_CONTINUE;
	return answer(s, VERDICT_TEMPFAIL, &reply);
}

/* Who asked for what, as the reply and the MTA's queue show it. */
static const char *
blame(struct session *s)
{
	const struct dmarc_results *dmarc = &s->message->results.dmarc;
	struct strbuf sb = sb_new(s->message->arena);
	struct str text;

	sb_addf(&sb, "no SPF or DKIM pass is aligned with %.*s; "
		"the policy of %.*s is %s", STR_ARG(dmarc->author_domain),
		STR_ARG(dmarc->policy_domain),
		dmarc_policy_text(dmarc->policy));
	text = sb_done(&sb);
	return text.p != NULL ? text.p : "DMARC";
}

static void
quarantine(struct session *s)
{
	const struct dmarc_settings *settings = s->settings;
	struct message *m = s->message;

	if (settings->mark_name.n > 0)
		edits_add(&m->edits, m->arena, settings->mark_name,
			settings->mark_value);
	if (settings->conf.quarantine == QUARANTINE_HOLD)
		edits_quarantine(&m->edits, m->arena, str_of(blame(s)));
}

/* The policy as far as the configuration lets it go. */
static enum verdict
enforce(struct session *s)
{
	static const char *const limits[] = {
		[ENFORCE_MONITOR] = "local_policy: enforce is monitor",
		[ENFORCE_QUARANTINE] = "local_policy: enforce is quarantine",
	};
	struct dmarc_results *dmarc = &s->message->results.dmarc;
	int limit = s->settings->conf.enforce;
	struct reply reply = { "550", "5.7.26", NULL };

	dmarc->applied = dmarc->policy;
	if ((int)dmarc->policy > limit) {
		dmarc->applied = (enum dmarc_policy)limit;
		remark(s, &dmarc->override, limits[limit]);
	}
	if (dmarc->applied == DMARC_POLICY_REJECT) {
		if (s->message->common->dry_run)
			dmarc->applied = DMARC_POLICY_NONE;
		reply.text = blame(s);
		return answer(s, VERDICT_REJECT, &reply);
	}
	if (dmarc->applied == DMARC_POLICY_QUARANTINE &&
		s->message->common->dry_run) {
		dmarc->applied = DMARC_POLICY_NONE;
		remark(s, &dmarc->override,
			"local_policy: dry run, would quarantine");
	}
	if (dmarc->applied == DMARC_POLICY_QUARANTINE)
		quarantine(s);
	return VERDICT_CONTINUE;
}

/* A second parser that reads the record differently is worth a word. */
static int
second_opinion(struct session *s, const struct dmarc_record *record)
{
	struct dmarc_results *dmarc = &s->message->results.dmarc;
	struct strbuf sb = sb_new(s->message->arena);
	const char *difference;
	struct str text;
	int err = opendmarc_compare(s->message->arena, dmarc->policy_domain,
		record, &difference);

	if (err != 0 || difference == NULL)
		return err;
	sb_addf(&sb, "libopendmarc reads the record differently: %s",
		difference);
	text = sb_done(&sb);
	if (text.p == NULL)
		return ERR_NOMEM;
	remark(s, &dmarc->reason, text.p);
	return 0;
}

static enum verdict
end(void *session)
{
	struct session *s = session;
	struct results *results = &s->message->results;
	const struct dmarc_record *record = NULL;
	int err = 0;

	if (s->walk == NULL)
		return invalid_from(s);
	err = policy_evaluate(s->walk, results, &record);
	if (err == 0 && record != NULL)
		err = second_opinion(s, record);
	if (err != 0)
		return VERDICT_TEMPFAIL;
	if (results->dmarc.result == AUTH_TEMPERROR)
		return temperror(s);
	if (results->dmarc.result == AUTH_FAIL)
		return enforce(s);
	return VERDICT_CONTINUE;
}

const struct filter dmarc_filter = {
	.name = "dmarc",
	.direction = INBOUND,
	.events = EVENT_MAIL | EVENT_HEADERS | EVENT_END,
	.edits = EDIT_MAY_ADD | EDIT_MAY_QUARANTINE,
	.uses_dns = true,
	.section = &dmarc_section,
	.load = dmarc_load,
	.begin = begin,
	.headers = headers,
	.end = end,
};
