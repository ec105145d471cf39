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
	/* Files that are gone need not be known any more. */
	"DELETE FROM files WHERE hour < $1",
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

static int
expire_file(struct reporter *r, const char *kind, const char *path,
	struct str name, struct expire_counts *counts)
{
	struct strbuf known = sb_new(r->arena);
	int64_t position;
	int err;

	sb_addf(&known, "%s/%.*s", kind, STR_ARG(name));
	if (sb_done(&known).p == NULL)
		return ERR_NOMEM;
	err = store_number(r->store, "SELECT position FROM files "
		"WHERE host = $1 AND name = $2",
		PARAMS(TEXT(r->settings->host), TEXT(sb_done(&known))), -1,
		&position);
	if (err < 0 || journal_size(path) != position)
		return err;
	if (unlink(path) == 0)
		counts->files++;
	else
		log_text(LEVEL_WARNING, "%s: %s", path, strerror(errno));
	return 0;
}

static int
expire_files(struct reporter *r, const char *kind, const char *directory,
	struct expire_counts *counts)
{
	int64_t oldest = r->now - r->settings->conf.keep_journal_days *
		(int64_t)SECONDS_PER_DAY;
	struct journal_files files;
	int err = journal_list(r->arena, directory, oldest, &files);

	/* The import has already complained. */
	if (err == ERR_IO)
		return 0;
	for (size_t i = 0; err == 0 && i < files.count; i++) {
		struct strbuf path = sb_new(r->arena);

		sb_addf(&path, "%s/%.*s", directory,
			STR_ARG(files.list[i].name));
		err = sb_done(&path).p == NULL ? ERR_NOMEM :
			expire_file(r, kind, path.p, files.list[i].name,
				counts);
	}
	return err;
}

int
expire_all(struct reporter *r, struct expire_counts *ret)
{
	int err;

	*ret = (struct expire_counts){ .rows = 0 };
	err = expire_files(r, "dmarc", r->dmarc->journal_directory, ret);
	if (err == 0)
		err = expire_files(r, "failure",
			r->dmarc->failure_directory, ret);
	if (err == 0)
		err = expire_rows(r, ret);
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	return err;
}
