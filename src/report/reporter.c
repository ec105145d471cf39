#include "report/reporter.h"

#include "base/log.h"

#include <time.h>

int
reporter_store_error(const struct reporter *r)
{
	/* The URL may hold a password; the rest of it says enough. */
	bool file = r->settings->conf.database[0] == '/';

	log_text(LEVEL_ERROR, "database%s%s: %s; the journal is kept",
		file ? " " : "", file ? r->settings->conf.database : "",
		store_why(r->store));
	return ERR_LIBRARY;
}

static void
close_store(void *store)
{
	store_close(store);
}

static void
unref_snapshot(void *snapshot)
{
	snapshot_unref(snapshot);
}

/*
 * The reporter reads its sections and opens the DNS as a filter does; it only
 * never gets a message.
 */
static int
load(const char *config, struct conf_errors *errors, struct snapshot **ret)
{
	static const struct filter journal = { .name = "journal",
		.section = &dmarc_section };
	static const struct filter report = { .name = "report",
		.section = &report_section, .load = report_load,
		.uses_dns = true };
	static const struct filter *const parts[] = { &journal, &report,
		NULL };
	static const struct program program = { "mailvet-report", "", parts };

	return snapshot_load(&program, config, NULL, errors, ret);
}

int
reporter_configure(struct arena *arena, const char *config,
	struct conf_errors *errors, struct reporter *ret)
{
	struct snapshot *snapshot;
	int err = load(config, errors, &snapshot);

	if (err < 0)
		return err;
	*ret = (struct reporter){ .dmarc = snapshot->settings[0],
		.settings = snapshot->settings[1],
		.common = snapshot->common, .dns = snapshot->dns,
		.arena = arena, .now = time(NULL) };
	return arena_defer(arena, unref_snapshot, snapshot);
}

int
reporter_open(struct reporter *r)
{
	int err = store_open(r->arena, str_of(r->settings->conf.database),
		&r->store), deferred = 0;

	if (r->store != NULL)
		deferred = arena_defer(r->arena, close_store, r->store);
	if (err == ERR_LIBRARY || err == ERR_CONFIG)
		reporter_store_error(r);
	return err < 0 ? err : deferred;
}
