#include "milter/stats.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "os/notify.h"

#include <stdatomic.h>

static atomic_long connections;
static atomic_ulong messages, deferred, rejected;

void
stats_connection(int change)
{
	atomic_fetch_add(&connections, change);
}

long
stats_connections(void)
{
	return atomic_load(&connections);
}

void
stats_message(enum verdict verdict)
{
	atomic_fetch_add(&messages, 1);
	if (verdict == VERDICT_TEMPFAIL)
		atomic_fetch_add(&deferred, 1);
	else if (verdict == VERDICT_REJECT)
		atomic_fetch_add(&rejected, 1);
}

static void
add_news(const struct filter *filter, struct strbuf *status)
{
	struct news news = { .status = { NULL, 0 } };

	if (filter->tell == NULL || filter->tell(status->arena, &news) != 0)
		return;
	if (news.status.n > 0)
		sb_addf(status, "; %s", news.status.p);
	if (news.warning.n > 0)
		log_text(LEVEL_WARNING, "%s: %s", filter->name,
			news.warning.p);
}

void
stats_report(const struct program *program)
{
	struct arena *arena = arena_new(0);
	struct strbuf status;
	struct str text;

	if (arena == NULL)
		return;
	status = sb_new(arena);
	sb_addf(&status, "%lu messages, %lu deferred, %lu rejected; "
		"%ld connections",
		atomic_load(&messages), atomic_load(&deferred),
		atomic_load(&rejected), atomic_load(&connections));
	for (unsigned i = 0; program->filters[i] != NULL; i++)
		add_news(program->filters[i], &status);
	text = sb_done(&status);
	if (text.p != NULL)
		notify_status("%s", text.p);
	arena_free(arena);
}
