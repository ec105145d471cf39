/*
 * SQLite: a file, in WAL mode, so that `mailvet report` reads while the timer
 * job writes.
 */
#include "report/store_backend.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_WAIT = 30000 /* ms, for another process's transaction */ };

struct sqlite {
	sqlite3 *db;
	char *why;
	struct {
		const char *sql; /* by address: statements are literals */
		sqlite3_stmt *stmt;
	} cache[STORE_STATEMENTS_MAX];
};

/* Bytes of a path behind its last slash. */
static size_t
name_size(struct str path)
{
	size_t n = 0;

	while (n < path.n && path.p[path.n - 1 - n] != '/')
		n++;
	return n;
}

static int
complain(struct sqlite *s)
{
	snprintf(s->why, STORE_WHY_SIZE, "%s", sqlite3_errmsg(s->db));
	return ERR_LIBRARY;
}

/* From now on a commit that was answered survives a power failure. */
static const char *const settings[] = {
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",
	/* In KB: what a batch of an import touches, but bounded. */
	"PRAGMA cache_size = -16384",
};

static int
configure(struct sqlite *s)
{
	sqlite3_busy_timeout(s->db, BUSY_WAIT);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (sqlite3_exec(s->db, settings[i], NULL, NULL, NULL) !=
			SQLITE_OK)
			return complain(s);
	return 0;
}

/*
 * Root asks for the status before the reporter ever ran: the file is made for
 * the one who has the directory, or the reporter could not open it.
 */
static void
create_for_owner(struct arena *arena, struct str path)
{
	struct str directory = arena_copy(arena,
		str_first(path, path.n - name_size(path)));
	struct stat st;
	int fd;

	if (geteuid() != 0 || directory.p == NULL ||
		stat(directory.p, &st) < 0)
		return;
	fd = open(path.p, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0640);
	if (fd < 0)
		return; /* there already, or SQLite will say why not */
	if (fchown(fd, st.st_uid, st.st_gid) < 0)
		unlink(path.p);
	close(fd);
}

static int
sqlite_open(struct arena *arena, struct str database, char why[STORE_WHY_SIZE],
	void **state)
{
	struct sqlite *s = arena_alloc(arena, sizeof(*s));
	struct str path = arena_copy(arena, database);
	mode_t mask;
	int status;

	*state = s;
	if (s == NULL || path.p == NULL)
		return ERR_NOMEM;
	s->why = why;
	/* Who wrote to whom is nobody else's business. */
	mask = umask(027);
	create_for_owner(arena, path);
	status = sqlite3_open_v2(path.p, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_NOMUTEX, NULL);
	if (status == SQLITE_OK)
		status = configure(s) == 0 ? SQLITE_OK : SQLITE_ERROR;
	else
		complain(s);
	umask(mask);
	return status == SQLITE_OK ? 0 : ERR_LIBRARY;
}

static void
sqlite_close(void *state)
{
	struct sqlite *s = state;

	for (size_t i = 0; i < STORE_STATEMENTS_MAX; i++)
		sqlite3_finalize(s->cache[i].stmt);
	sqlite3_close(s->db);
}

static sqlite3_stmt *
prepare(struct sqlite *s, const char *sql)
{
	size_t i = 0;

	while (i < STORE_STATEMENTS_MAX && s->cache[i].sql != sql &&
		s->cache[i].sql != NULL)
		i++;
	if (i == STORE_STATEMENTS_MAX) {
		snprintf(s->why, STORE_WHY_SIZE, "more than %d statements",
			STORE_STATEMENTS_MAX);
		return NULL;
	}
	if (s->cache[i].sql == NULL && sqlite3_prepare_v3(s->db, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &s->cache[i].stmt, NULL) !=
		SQLITE_OK) {
		complain(s);
		return NULL;
	}
	s->cache[i].sql = sql;
	return s->cache[i].stmt;
}

static int
bind(sqlite3_stmt *stmt, struct params params)
{
	int status = SQLITE_OK;

	for (size_t i = 0; status == SQLITE_OK && i < params.count; i++) {
		const struct value *v = &params.values[i];
		const char *p = v->text.p != NULL ? v->text.p : "";
		int n = (int)i + 1;

		if (v->type == VALUE_INT)
			status = sqlite3_bind_int64(stmt, n, v->number);
		else if (v->type == VALUE_TEXT)
			status = sqlite3_bind_text64(stmt, n, p, v->text.n,
				SQLITE_STATIC, SQLITE_UTF8);
		else
			status = sqlite3_bind_blob64(stmt, n, p, v->text.n,
				SQLITE_STATIC);
	}
	return status;
}

static void
read_row(sqlite3_stmt *stmt, struct value columns[STORE_COLUMNS_MAX])
{
	int count = sqlite3_column_count(stmt);

	for (int i = 0; i < count && i < STORE_COLUMNS_MAX; i++) {
		int type = sqlite3_column_type(stmt, i);
		const void *p;

		if (type == SQLITE_INTEGER || type == SQLITE_NULL) {
			columns[i] = INT(sqlite3_column_int64(stmt, i));
			continue;
		}
		p = sqlite3_column_blob(stmt, i);
		columns[i] = TEXT(((struct str){ p != NULL ? p : "",
			(size_t)sqlite3_column_bytes(stmt, i) }));
		if (type == SQLITE_BLOB)
			columns[i].type = VALUE_BYTES;
	}
}

static int
sqlite_run(void *state, const char *sql, struct params params, store_row *row,
	void *arg)
{
	struct value columns[STORE_COLUMNS_MAX];
	struct sqlite *s = state;
	sqlite3_stmt *stmt = prepare(s, sql);
	int status, before, err = 0;

	if (stmt == NULL)
		return ERR_LIBRARY;
	before = sqlite3_total_changes(s->db);
	status = bind(stmt, params);
	if (status == SQLITE_OK)
		status = sqlite3_step(stmt);
	while (err >= 0 && status == SQLITE_ROW) {
		read_row(stmt, columns);
		if (row != NULL)
			err = row(arg, columns);
		if (err >= 0)
			status = sqlite3_step(stmt);
	}
	if (err >= 0)
		err = status != SQLITE_DONE ? complain(s) :
			sqlite3_total_changes(s->db) - before;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err;
}

const struct store_backend store_sqlite = {
	.open = sqlite_open,
	.close = sqlite_close,
	.run = sqlite_run,
	.begin = "BEGIN IMMEDIATE",
	.clock = "SELECT CAST(strftime('%s', 'now') AS INTEGER)",
};
