#include "milter/stats.h"

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

void
stats_report(void)
{
	notify_status("%lu messages, %lu deferred, %lu rejected; "
		      "%ld connections",
		atomic_load(&messages), atomic_load(&deferred),
		atomic_load(&rejected), atomic_load(&connections));
}
