#include "dmarc/session.h"

#include "dmarc/action.h"
#include "dmarc/author.h"
#include "dmarc/journal.h"
#include "dmarc/opendmarc.h"
#include "dmarc/policy.h"
#include "dmarc/tally.h"

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
	int err = author_find(m->arena, &m->headers,
		s->settings->conf.name_address == NAME_ADDRESS_INVALID,
		&s->author);

	if (err == 0 && s->author.domain.n > 0)
		err = walk_start(&m->dns, s->settings->suffixes,
			s->author.domain, &s->walk);
	return err == 0 ? VERDICT_CONTINUE : VERDICT_TEMPFAIL;
}

/* A second parser that reads the record differently is worth a word. */
static int
second_opinion(struct session *s, const struct dmarc_record *record)
{
	struct dmarc_results *dmarc = &s->message->results.dmarc;
	struct strbuf sb = sb_new(s->message->arena);
	const char *difference;
	int err = opendmarc_compare(s->message->arena, dmarc->policy_domain,
		record, &difference);

	if (err != 0 || difference == NULL)
		return err;
	sb_addf(&sb, "libopendmarc reads the record differently: %s",
		difference);
	dmarc->bug = sb_done(&sb);
	return dmarc->bug.p != NULL ? 0 : ERR_NOMEM;
}

/* Fill the results; *ret_record is the policy record, or NULL. */
static int
evaluate(struct session *s, const struct dmarc_record **ret_record)
{
	struct results *results = &s->message->results;
	int err;

	*ret_record = NULL;
	if (s->walk == NULL) {
		results->dmarc = (struct dmarc_results){ .known = true,
			.result = AUTH_PERMERROR, .reason = s->author.problem };
		return 0;
	}
	err = policy_evaluate(s->walk, results, ret_record);
	if (err == 0 && *ret_record != NULL)
		err = second_opinion(s, *ret_record);
	return err;
}

static enum verdict
end(void *session)
{
	struct session *s = session;
	struct message *m = s->message;
	const struct dmarc_record *record;
	enum verdict verdict;

	if (evaluate(s, &record) != 0)
		return VERDICT_TEMPFAIL;
	verdict = action_take(s->settings, m);
	tally_message(&m->results.dmarc);
	/* What is deferred comes again. */
	if (!m->results.dmarc.has_policy || verdict == VERDICT_TEMPFAIL ||
		m->edits.failed)
		return verdict;
	return journal_write(s->settings, m, s->walk, record) == 0 ? verdict :
		VERDICT_TEMPFAIL;
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
	.tell = tally_tell,
};
