#include "pipeline/summary.h"

#include "base/strbuf.h"

/* The line being made: fields up to the most that the log takes. */
struct summary {
	const struct message *message;
	struct log_field *fields;
	size_t count;
};

static void
add(struct summary *s, const char *key, struct str value)
{
	if (s->count < LOG_FIELDS_MAX && value.n > 0)
		s->fields[s->count++] = (struct log_field){ key, value };
}

static void
add_result(struct summary *s, const char *key, enum auth_result result)
{
	add(s, key, str_of(auth_result_text(result)));
}

static void
add_client(struct summary *s)
{
	const struct connection *c = s->message->connection;
	char text[IP_TEXT_SIZE];

	ipaddr_text(&c->client, text);
	add(s, "client", arena_copy(s->message->arena, str_of(text)));
	add(s, "helo", c->helo);
}

static void
add_spf(struct summary *s)
{
	const struct spf_results *spf = &s->message->results.spf;

	if (!spf->known)
		return;
	add_result(s, "spf", spf->mail_from);
	add(s, "spf-domain", spf->mail_from_domain);
	if (spf->helo_known)
		add_result(s, "spf-helo", spf->helo);
	add(s, "spf-reason", spf->reason);
	if (!str_eq(spf->action, STR("accept")) || spf->override.n > 0)
		add(s, "spf-action", spf->action);
	add(s, "spf-override", spf->override);
}

/* "pass:example.org/s1,fail:example.com/s2"; "none". */
static void
add_dkim(struct summary *s)
{
	const struct dkim_results *dkim = &s->message->results.dkim;
	struct strbuf sb = sb_new(s->message->arena);

	if (!dkim->known)
		return;
	for (size_t i = 0; i < dkim->count; i++) {
		const struct dkim_result *sig = &dkim->sigs[i];

		sb_addf(&sb, "%s%s:%.*s/%.*s%s", i > 0 ? "," : "",
			auth_result_text(sig->result), STR_ARG(sig->domain),
			STR_ARG(sig->selector), sig->dnssec ? "/dnssec" : "");
	}
	add(s, "dkim", dkim->count > 0 ? sb_done(&sb) : STR("none"));
	if (dkim->count == 1)
		add(s, "dkim-reason", dkim->sigs[0].reason);
	add(s, "dkim-override", dkim->override);
}

/* "policy_test_mode; local_policy: enforce is monitor". */
static void
add_reasons(struct summary *s, const struct dmarc_results *dmarc)
{
	struct strbuf sb = sb_new(s->message->arena);

	for (size_t i = 0; i < dmarc->reason_count; i++) {
		const struct dmarc_reason *reason = &dmarc->reasons[i];

		sb_addf(&sb, "%s%s%s", i > 0 ? "; " : "",
			dmarc_reason_text(reason->type),
			reason->comment.n > 0 ? ": " : "");
		sb_add(&sb, reason->comment);
	}
	add(s, "override", sb_done(&sb));
}

static void
add_dmarc(struct summary *s)
{
	const struct dmarc_results *dmarc = &s->message->results.dmarc;

	if (!dmarc->known)
		return;
	add_result(s, "dmarc", dmarc->result);
	add(s, "from", dmarc->author_domain);
	add(s, "policy-domain", dmarc->policy_domain);
	if (dmarc->has_policy) {
		add(s, "policy", str_of(dmarc_policy_text(dmarc->policy)));
		add(s, "applied", str_of(dmarc_policy_text(dmarc->applied)));
	}
	add_reasons(s, dmarc);
	add(s, "dmarc-reason", dmarc->reason);
	add(s, "journal", dmarc->journal);
	add(s, "bug", dmarc->bug);
}

static void
add_sign(struct summary *s)
{
	const struct sign_results *sign = &s->message->results.sign;

	if (!sign->known)
		return;
	add(s, "signed", sign->signed_ ? STR("yes") : STR("no"));
	add(s, "sign-domain", sign->domain);
	add(s, "sign-selector", sign->selector);
	add(s, "sign-reason", sign->reason);
	add(s, "rewrite-risk", sign->risk);
}

static void
add_refused(struct summary *s)
{
	struct strbuf sb = sb_new(s->message->arena);

	if (s->message->refused_recipients == 0)
		return;
	sb_addf(&sb, "%u", s->message->refused_recipients);
	add(s, "refused-recipients", sb_done(&sb));
}

static const char *
verdict_text(enum verdict verdict)
{
	if (verdict == VERDICT_TEMPFAIL)
		return "defer";
	return verdict == VERDICT_REJECT ? "reject" : "accept";
}

size_t
summary_fields(const struct message *message, enum verdict verdict,
	struct log_field ret[LOG_FIELDS_MAX])
{
	struct summary s = { .message = message, .fields = ret };

	add_client(&s);
	add(&s, "mail-from",
		message->mail_from.n > 0 ? message->mail_from : STR("<>"));
	add(&s, "auth", message->auth_user);
	add_spf(&s);
	add_dkim(&s);
	add_dmarc(&s);
	add_sign(&s);
	add_refused(&s);
	add(&s, "verdict", str_of(verdict_text(verdict)));
	add(&s, "reply", str_of(message->reply.text));
	return s.count;
}
