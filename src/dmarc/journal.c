#include "dmarc/journal.h"

#include "base/strbuf.h"
#include "dmarc/align.h"
#include "dmarc/line.h"
#include "mail/authres.h"

/* A message that used up its time on the DNS still gets so much, in ms. */
enum { WAIT_MIN = 500 };

/* Without a record or a signature there is nothing that could fail. */
static bool
has_failed(enum auth_result result)
{
	return result != AUTH_PASS && result != AUTH_NONE;
}

static bool
any_signature_failed(const struct dkim_results *dkim)
{
	for (size_t i = 0; dkim->known && i < dkim->count; i++)
		if (has_failed(dkim->sigs[i].result))
			return true;
	return false;
}

bool
journal_wants_failure(
	const struct dmarc_record *record, const struct results *results)
{
	const struct dmarc_results *dmarc = &results->dmarc;
	const struct spf_results *spf = &results->spf;
	unsigned fo = record->fo;

	if (record->ruf.count == 0 || record->psd == PSD_YES ||
		dmarc->result == AUTH_TEMPERROR)
		return false;
	return ((fo & FO_ALL) && dmarc->result == AUTH_FAIL) ||
		((fo & FO_ANY) &&
			(!dmarc->spf_aligned || !dmarc->dkim_aligned)) ||
		((fo & FO_DKIM) && any_signature_failed(&results->dkim)) ||
		((fo & FO_SPF) && spf->known && has_failed(spf->mail_from));
}

/* Our Authentication-Results, as the gate will write it, on one line. */
static struct str
authres(const struct message *m)
{
	struct fold fold = authres_write(m->arena, m->authserv_id,
		&m->results, AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC);
	struct str folded = fold_done(&fold);
	struct strbuf sb = sb_new(m->arena);

	if (folded.p == NULL)
		return folded;
	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != '\n')
			sb_addc(&sb, folded.p[i] == '\t' ? ' ' : folded.p[i]);
	return sb_done(&sb);
}

static void
append(struct message *m, struct spool *spool, struct str line)
{
	long wait = m->dns.budget > WAIT_MIN ? m->dns.budget : WAIT_MIN;

	switch (spool_append(spool, line, wait)) {
	case SPOOL_WRITTEN:
		break;
	case SPOOL_LATE:
		m->results.dmarc.journal = STR("late");
		break;
	case SPOOL_LOST:
		m->results.dmarc.journal = STR("lost");
		break;
	}
}

static int
write_line(struct message *m, struct spool *spool,
	const struct dmarc_record *record)
{
	struct str line;
	int err = line_make(m, record, NULL, &line);

	if (err == 0)
		append(m, spool, line);
	return err;
}

/* Nobody counts these: there is no waiting for them. */
static int
write_failure(struct message *m, struct spool *spool, struct walk *author,
	const struct dmarc_record *record)
{
	const struct failure failure = { .authres = authres(m) };
	struct str line;
	int err = failure.authres.p == NULL ? ERR_NOMEM :
		align_failed(author, record, &m->results.dkim);

	if (err == 0)
		err = line_make(m, record, &failure, &line);
	if (err == 0)
		spool_append(spool, line, 0);
	return err;
}

int
journal_write(const struct dmarc_settings *settings, struct message *message,
	struct walk *author, const struct dmarc_record *record)
{
	int err = 0;

	if (settings->journal != NULL)
		err = write_line(message, settings->journal, record);
	if (err == 0 && settings->failures != NULL &&
		journal_wants_failure(record, &message->results))
		err = write_failure(message, settings->failures, author,
			record);
	return err;
}
