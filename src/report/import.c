#include "report/import.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "report/journal_read.h"
#include "report/message.h"

#include <errno.h>

enum { BATCH_LINES = 5000, SCRATCH_MAX = 8 * 1024 * 1024 };

/* Both journals are files of the same kind. */
struct journal {
	const char *name;
	const char *directory;
	bool failures;
};

/* One file being imported. */
struct import {
	struct reporter *r;
	const struct journal *journal;
	const struct journal_file *file;
	struct journal_reader *reader;
	struct line_place place;
	struct arena *scratch; /* of one line */
	struct import_counts counts;
	bool ended;
};

/* A line that cannot be counted is kept as it is, for people and for a later
 * version that can read it. */
static int
set_aside(struct import *im, struct str line, const char *reason)
{
	int err = store_run(im->r->store,
		"INSERT INTO aside (host, name, position, reason, line, seen) "
		"VALUES ($1, $2, $3, $4, $5, $6)",
		PARAMS(TEXT(im->place.host), TEXT(im->place.name),
			INT(im->place.position), TEXT(str_of(reason)),
			BYTES(line), INT(im->r->now)));

	im->counts.aside++;
	log_text(LEVEL_WARNING, "%.*s, byte %lld: %s, kept aside",
		STR_ARG(im->place.name), (long long)im->place.position, reason);
	return err < 0 ? err : 0;
}

static int
take_line(struct import *im, struct str text)
{
	enum line_verdict verdict;
	struct line line;
	int err = line_parse(im->scratch, text, &line, &verdict);

	if (err < 0)
		return err;
	if (verdict == LINE_CORRUPT)
		return set_aside(im, text, "not a journal line");
	if (verdict == LINE_FOREIGN)
		return set_aside(im, text, "a journal line of another version");
	im->counts.lines++;
	if (im->journal->failures)
		return message_incident(im->r->store, im->scratch, &line, text,
			&im->place);
	return message_count(im->r->store, im->scratch, &line);
}

/* With memory of its own, so that a million lines need no more than one. */
static int
next_line(struct import *im)
{
	struct str text;
	bool cut;
	int err;

	im->place.position = journal_position(im->reader);
	err = journal_next(im->reader, &text, &cut);
	im->ended = err == 0;
	if (err <= 0 || text.n == 0)
		return err < 0 ? err : 0;
	im->scratch = arena_new(SCRATCH_MAX);
	if (im->scratch == NULL)
		return ERR_NOMEM;
	err = cut ? set_aside(im, text, "a line that is too long") :
		take_line(im, text);
	arena_free(im->scratch);
	return err;
}

static int
note_position(struct import *im)
{
	int err = store_run(im->r->store,
		"INSERT INTO files (host, name, position, hour) "
		"VALUES ($1, $2, $3, $4) ON CONFLICT (host, name) "
		"DO UPDATE SET position = excluded.position",
		PARAMS(TEXT(im->place.host), TEXT(im->place.name),
			INT(journal_position(im->reader)),
			INT(im->file->hour)));

	return err < 0 ? err : 0;
}

/* One transaction: some lines, and that they are done. */
static int
import_batch(struct import *im)
{
	int err = store_begin(im->r->store);

	if (err < 0)
		return err;
	for (int i = 0; err == 0 && !im->ended && i < BATCH_LINES; i++)
		err = next_line(im);
	if (err == 0)
		err = note_position(im);
	return store_end(im->r->store, err);
}

/* The file cannot be read; the others may. */
static void
complain(struct import *im, const char *what)
{
	log_text(LEVEL_ERROR, "%s/%.*s: %s", im->journal->directory,
		STR_ARG(im->file->name), what);
	im->counts.broken++;
}

static int
import_from(struct import *im, const char *path, int64_t position)
{
	struct arena *arena = arena_new(0);
	int err = arena == NULL ? ERR_NOMEM : journal_open(arena, path,
		position, &im->reader);

	if (err == 0)
		im->counts.files++;
	while (err == 0 && !im->ended)
		err = import_batch(im);
	if (err == ERR_IO) {
		complain(im, strerror(errno));
		err = 0;
	}
	journal_close(im->reader);
	arena_free(arena);
	return err;
}

static int
import_file(struct import *im)
{
	struct strbuf path = sb_new(im->r->arena);
	struct strbuf name = sb_new(im->r->arena);
	int64_t position, size;
	int err;

	sb_addf(&path, "%s/%.*s", im->journal->directory,
		STR_ARG(im->file->name));
	sb_addf(&name, "%s/%.*s", im->journal->name, STR_ARG(im->file->name));
	im->place.host = im->r->settings->host;
	im->place.name = sb_done(&name);
	if (sb_done(&path).p == NULL || im->place.name.p == NULL)
		return ERR_NOMEM;
	err = store_number(im->r->store, "SELECT position FROM files "
		"WHERE host = $1 AND name = $2", PARAMS(TEXT(im->place.host),
		TEXT(im->place.name)), 0, &position);
	if (err < 0)
		return err;
	size = journal_size(path.p);
	if (size < position)
		complain(im, "shorter than what was imported of it");
	return size > position ? import_from(im, path.p, position) : 0;
}

static int
import_journal(struct reporter *r, const struct journal *journal,
	struct import_counts *counts)
{
	struct journal_files files;
	int err = journal_list(r->arena, journal->directory, r->now, &files);

	/* Only who sends failure reports needs that directory. */
	if (err == ERR_IO && errno == ENOENT && journal->failures)
		return 0;
	if (err == ERR_IO) {
		log_text(LEVEL_ERROR, "%s: %s", journal->directory,
			strerror(errno));
		counts->broken++;
		return 0;
	}
	for (size_t i = 0; err == 0 && i < files.count; i++) {
		struct import im = { .r = r, .journal = journal,
			.file = &files.list[i], .counts = *counts };

		err = import_file(&im);
		*counts = im.counts;
	}
	return err;
}

/* Until when this host has nothing more to say. */
static int
note_host(struct reporter *r)
{
	int64_t until = r->now - JOURNAL_SETTLE;
	int err;

	until -= until % SECONDS_PER_HOUR;
	err = store_run(r->store, "INSERT INTO hosts (host, imported) "
		"VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET "
		"imported = excluded.imported",
		PARAMS(TEXT(r->settings->host), INT(until)));
	return err < 0 ? err : 0;
}

/*
 * A database in a file is one host's alone, even if its name was another when
 * it read the journal: nothing is to be read again.
 */
static int
take_over(struct reporter *r)
{
	static const char *const statements[] = {
		"UPDATE files SET host = $1 WHERE host <> $1 AND NOT EXISTS "
		"(SELECT 1 FROM files AS mine WHERE mine.host = $1 "
		"AND mine.name = files.name)",
		"DELETE FROM files WHERE host <> $1",
		"DELETE FROM hosts WHERE host <> $1",
	};
	int err;

	if (r->settings->conf.database[0] != '/')
		return 0;
	err = store_begin(r->store);
	if (err < 0)
		return err;
	for (int i = 0; err >= 0 && i < 3; i++)
		err = store_run(r->store, statements[i],
			PARAMS(TEXT(r->settings->host)));
	err = store_end(r->store, err);
	return err < 0 ? err : 0;
}

int
import_all(struct reporter *r, struct import_counts *ret)
{
	const struct journal journals[] = {
		{ "dmarc", r->dmarc->journal_directory, false },
		{ "failure", r->dmarc->failure_directory, true },
	};
	int err = take_over(r);

	*ret = (struct import_counts){ .lines = 0 };
	for (int i = 0; err == 0 && i < 2; i++)
		err = import_journal(r, &journals[i], ret);
	if (err == 0 && ret->broken == 0)
		err = note_host(r);
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	return err;
}
