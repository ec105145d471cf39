#include "report/expire.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "report/journal_read.h"

#include <errno.h>
#include <unistd.h>

/* Each takes the oldest moment that is kept. */
static const char *const statements[] = {
	"DELETE FROM tuples WHERE day < $1",
	"DELETE FROM policies WHERE day < $1",
	"DELETE FROM incidents WHERE seen < $1",
	"DELETE FROM aside WHERE seen < $1",
	"DELETE FROM deliveries WHERE made < $1",
	"DELETE FROM reports WHERE made < $1",
	"DELETE FROM hosts WHERE imported < $1",
};

enum { STATEMENTS = sizeof(statements) / sizeof(statements[0]) };

static int
expire_rows(struct reporter *r, struct expire_counts *counts)
{
	int64_t oldest = r->now - r->settings->conf.keep_days *
		(int64_t)SECONDS_PER_DAY;
	int err = store_begin(r->store);

	if (err < 0)
		return err;
	for (size_t i = 0; err >= 0 && i < STATEMENTS; i++) {
		err = store_run(r->store, statements[i], PARAMS(INT(oldest)));
		if (err > 0)
			counts->rows += err;
	}
	err = store_end(r->store, err);
	return err < 0 ? err : 0;
}

/* The files of one journal that are imported and old, as the database has
 * them. */
struct old_files {
	struct reporter *r;
	struct str *names; /* "dmarc/2026112406.jsonl" */
	int64_t *positions;
	size_t count, room;
};

static int
take_file(void *arg, const struct value *columns)
{
	struct old_files *old = arg;
	struct arena *arena = old->r->arena;

	if (old->count == old->room) {
		size_t room = old->room > 0 ? old->room * 2 : 64;

		old->names = arena_grow(arena, old->names, old->room *
			sizeof(*old->names), room * sizeof(*old->names));
		old->positions = arena_grow(arena, old->positions, old->room *
			sizeof(*old->positions), room *
			sizeof(*old->positions));
		if (old->names == NULL || old->positions == NULL)
			return ERR_NOMEM;
		old->room = room;
	}
	old->names[old->count] = arena_copy(arena, columns[0].text);
	old->positions[old->count] = columns[1].number;
	return old->names[old->count++].p != NULL ? 0 : ERR_NOMEM;
}

/* Where the file of a name is; NULL when out of memory. */
static const char *
path_of(struct reporter *r, struct str name)
{
	struct str rest = name;
	bool failures = str_eq(str_cut(&rest, '/'), STR("failure"));
	struct strbuf path = sb_new(r->arena);

	sb_addf(&path, "%s/%.*s", failures ? r->dmarc->failure_directory :
		r->dmarc->journal_directory, STR_ARG(rest));
	return sb_done(&path).p;
}

/*
 * Once the file is gone it need not be known any more; as long as it is there
 * it must be, or it would be imported again.
 */
static int
expire_file(struct reporter *r, struct str name, int64_t position,
	struct expire_counts *counts)
{
	const char *path = path_of(r, name);
	int64_t size = path != NULL ? journal_size(path) : -1;
	int err;

	if (path == NULL)
		return ERR_NOMEM;
	if (size > 0 && size != position)
		return 0;
	if (unlink(path) == 0)
		counts->files++;
	else if (errno != ENOENT) {
		log_text(LEVEL_WARNING, "%s: %s", path, strerror(errno));
		return 0;
	}
	err = store_run(r->store, "DELETE FROM files WHERE host = $1 "
		"AND name = $2", PARAMS(TEXT(r->settings->host), TEXT(name)));
	return err < 0 ? err : 0;
}

static int
expire_files(struct reporter *r, struct expire_counts *counts)
{
	int64_t oldest = r->now - r->settings->conf.keep_journal_days *
		(int64_t)SECONDS_PER_DAY;
	struct old_files old = { .r = r };
	int err = store_each(r->store, "SELECT name, position FROM files "
		"WHERE host = $1 AND hour < $2 ORDER BY name",
		PARAMS(TEXT(r->settings->host), INT(oldest)), take_file, &old);

	for (size_t i = 0; err == 0 && i < old.count; i++)
		err = expire_file(r, old.names[i], old.positions[i], counts);
	return err;
}

int
expire_all(struct reporter *r, struct expire_counts *ret)
{
	int err;

	*ret = (struct expire_counts){ .rows = 0 };
	/* Files last: a damaged database shows itself before they are gone. */
	err = expire_rows(r, ret);
	if (err == 0)
		err = expire_files(r, ret);
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	return err;
}
