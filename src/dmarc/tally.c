#include "dmarc/tally.h"

#include "base/strbuf.h"

struct spool_counts tally_journal, tally_failures;

static atomic_ulong passed, failed, rejected, quarantined;

/* What the policies alone would have had done, and was not done. */
static atomic_ulong would_reject, would_quarantine;

void
tally_message(const struct dmarc_results *dmarc)
{
	if (dmarc->result == AUTH_PASS)
		atomic_fetch_add(&passed, 1);
	if (dmarc->result != AUTH_FAIL)
		return;
	atomic_fetch_add(&failed, 1);
	if (dmarc->applied == DMARC_POLICY_REJECT)
		atomic_fetch_add(&rejected, 1);
	else if (dmarc->applied == DMARC_POLICY_QUARANTINE)
		atomic_fetch_add(&quarantined, 1);
	if (dmarc->policy <= dmarc->applied)
		return;
	if (dmarc->policy == DMARC_POLICY_REJECT)
		atomic_fetch_add(&would_reject, 1);
	else
		atomic_fetch_add(&would_quarantine, 1);
}

static void
add_losses(struct strbuf *sb, const char *what, struct spool_counts *counts,
	unsigned long *told)
{
	unsigned long lost = atomic_load(&counts->lost);
	int error = atomic_exchange(&counts->error, 0);

	if (error == 0)
		return;
	sb_addf(sb, "%s%s: %lu lines lost, %lu in all: %s",
		sb->n > 0 ? "; " : "", what, lost - *told, lost,
		strerror(error));
	*told = lost;
}

int
tally_tell(struct arena *arena, struct news *ret)
{
	static unsigned long told_journal, told_failures;
	struct strbuf status = sb_new(arena), warning = sb_new(arena);

	sb_addf(&status, "dmarc: %lu pass, %lu fail (%lu rejected, "
		"%lu quarantined; would have rejected %lu, quarantined %lu)",
		atomic_load(&passed), atomic_load(&failed),
		atomic_load(&rejected), atomic_load(&quarantined),
		atomic_load(&would_reject), atomic_load(&would_quarantine));
	sb_addf(&status, "; journal: %lu lines, %lu lost",
		atomic_load(&tally_journal.written),
		atomic_load(&tally_journal.lost));
	add_losses(&warning, "journal", &tally_journal, &told_journal);
	add_losses(&warning, "failure reports", &tally_failures,
		&told_failures);
	ret->status = sb_done(&status);
	ret->warning = sb_done(&warning);
	return ret->status.p != NULL && ret->warning.p != NULL ? 0 : ERR_NOMEM;
}
