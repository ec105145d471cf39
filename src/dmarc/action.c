#include "dmarc/action.h"

#include "base/strbuf.h"

/* The last word, unless this is a dry run, which only says what it would be. */
static enum verdict
answer(struct message *m, enum verdict verdict, const struct reply *reply)
{
	if (m->common->dry_run) {
		dmarc_reason_add(&m->results.dmarc, REASON_LOCAL_POLICY,
			verdict == VERDICT_REJECT ?
			STR("dry run, would reject") :
			STR("dry run, would defer"));
		return VERDICT_CONTINUE;
	}
	if (reply_make(m->arena, reply->code, reply->enhanced,
		str_of(reply->text), &m->reply) != 0)
		m->edits.failed = true;
	return verdict;
}

static enum verdict
invalid_from(const struct dmarc_settings *settings, struct message *m)
{
	static const struct reply reply = { "550", "5.7.1",
		"From must name addresses of exactly one domain" };

	if (settings->conf.on_invalid_from == INVALID_FROM_ACCEPT)
		return VERDICT_CONTINUE;
	return answer(m, VERDICT_REJECT, &reply);
}

static enum verdict
temperror(const struct dmarc_settings *settings, struct message *m)
{
	static const struct reply reply = { "451", "4.7.0",
		"the DNS did not tell whether this message is authentic" };

	if (settings->conf.on_temperror == TEMPERROR_DEFER)
		return answer(m, VERDICT_TEMPFAIL, &reply);
	if (m->results.dmarc.has_policy)
		dmarc_reason_add(&m->results.dmarc, REASON_OTHER,
			STR("temporary DNS error"));
	return VERDICT_CONTINUE;
}

/* Who asked for what, as the reply and the MTA's queue show it. */
static const char *
blame(struct message *m)
{
	const struct dmarc_results *dmarc = &m->results.dmarc;
	struct strbuf sb = sb_new(m->arena);
	struct str text;

	sb_addf(&sb, "no SPF or DKIM pass is aligned with %.*s; ",
		STR_ARG(dmarc->author_domain));
	if (dmarc->applied > dmarc->policy)
		sb_addf(&sb, "our own policy for it is %s",
			dmarc_policy_text(dmarc->applied));
	else
		sb_addf(&sb, "the policy of %.*s is %s",
			STR_ARG(dmarc->policy_domain),
			dmarc_policy_text(dmarc->policy));
	text = sb_done(&sb);
	return text.p != NULL ? text.p : "DMARC";
}

static void
quarantine(const struct dmarc_settings *settings, struct message *m)
{
	if (settings->mark_name.n > 0)
		edits_add(&m->edits, m->arena, settings->mark_name,
			settings->mark_value);
	if (settings->conf.quarantine == QUARANTINE_HOLD)
		edits_quarantine(&m->edits, m->arena, str_of(blame(m)));
}

/* What the table says goes before what enforce allows, but for monitor. */
static enum dmarc_policy
decide(const struct dmarc_settings *settings, struct message *m)
{
	static const struct str limits[] = {
		[ENFORCE_MONITOR] = STR("enforce is monitor"),
		[ENFORCE_QUARANTINE] = STR("enforce is quarantine"),
	};
	struct dmarc_results *dmarc = &m->results.dmarc;
	const struct override *override =
		override_find(&settings->overrides, m);
	enum dmarc_policy wanted = dmarc->policy;
	int limit = settings->conf.enforce;

	if (override != NULL && limit != ENFORCE_MONITOR)
		limit = ENFORCE_REJECT;
	if (override != NULL && override->action != OVERRIDE_POLICY)
		wanted = (enum dmarc_policy)override->action;
	if (override != NULL && wanted != dmarc->policy)
		dmarc_reason_add(dmarc, override->reason.type,
			override->reason.comment);
	if ((int)wanted <= limit)
		return wanted;
	dmarc_reason_add(dmarc, REASON_LOCAL_POLICY, limits[limit]);
	return (enum dmarc_policy)limit;
}

/* 5.7.26 (RFC 7372) says that the domain's own policy wants it so. */
static enum verdict
reject(struct message *m)
{
	struct dmarc_results *dmarc = &m->results.dmarc;
	const struct reply reply = { "550",
		dmarc->policy == DMARC_POLICY_REJECT ? "5.7.26" : "5.7.1",
		blame(m) };

	if (m->common->dry_run)
		dmarc->applied = DMARC_POLICY_NONE;
	return answer(m, VERDICT_REJECT, &reply);
}

static enum verdict
enforce(const struct dmarc_settings *settings, struct message *m)
{
	struct dmarc_results *dmarc = &m->results.dmarc;

	dmarc->applied = decide(settings, m);
	if (dmarc->applied == DMARC_POLICY_REJECT)
		return reject(m);
	if (dmarc->applied == DMARC_POLICY_NONE)
		return VERDICT_CONTINUE;
	if (m->common->dry_run) {
		dmarc->applied = DMARC_POLICY_NONE;
		dmarc_reason_add(dmarc, REASON_LOCAL_POLICY,
			STR("dry run, would quarantine"));
		return VERDICT_CONTINUE;
	}
	quarantine(settings, m);
	return VERDICT_CONTINUE;
}

enum verdict
action_take(const struct dmarc_settings *settings, struct message *message)
{
	switch (message->results.dmarc.result) {
	case AUTH_PERMERROR:
		return invalid_from(settings, message);
	case AUTH_TEMPERROR:
		return temperror(settings, message);
	case AUTH_FAIL:
		return enforce(settings, message);
	default:
		return VERDICT_CONTINUE;
	}
}
