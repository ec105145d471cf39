/*
 * The database: SQLite in a file, or PostgreSQL.
 *
 * A backend runs SQL and knows nothing of reports.  The SQL, kept to what both
 * understand, stands beside the code that needs it; the tables are in tables.c.
 * Parameters are $1, $2, ...; in a statement each first appears in ascending
 * order.
 *
 * No store is shared between threads.
 */
#ifndef REPORT_STORE_H
#define REPORT_STORE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

enum value_type { VALUE_INT, VALUE_TEXT, VALUE_BYTES };

struct value {
	enum value_type type;
	int64_t number;
	struct str text; /* VALUE_TEXT: UTF-8 without NUL */
};

#define INT(n) ((struct value){ .type = VALUE_INT, .number = (n) })
#define TEXT(s) ((struct value){ .type = VALUE_TEXT, .text = (s) })
#define BYTES(s) ((struct value){ .type = VALUE_BYTES, .text = (s) })

struct params {
	const struct value *values;
	size_t count;
};

/* PARAMS(INT(1), TEXT(name)); lives as long as the block around it. */
#define PARAMS(...) ((struct params){ (const struct value[]){ __VA_ARGS__ }, \
	sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value) })
#define NO_PARAMS ((struct params){ NULL, 0 })

/*
 * One row of a result; the columns are valid during the call.  A negative
 * value ends the query with it.  It must not run statements of its own.
 */
typedef int store_row(void *arg, const struct value *columns);

struct store;

/*
 * Open the database that the text names (an absolute path, "postgresql://...")
 * and make its tables where they are not there yet.  0, ERR_NOMEM, ERR_CONFIG
 * for a database of a later version, ERR_LIBRARY; store_why tells what is wrong
 * when *ret is not NULL, which the caller closes in any case.
 */
int store_open(struct arena *arena, struct str database, struct store **ret)
	MUST_USE;
void store_close(struct store *store); /* NULL is ok */

/* The last failure, for people. */
const char *store_why(const struct store *store);

/*
 * Run a statement: the number of rows that it changed, or ERR_LIBRARY.  sql
 * must be a literal: it is prepared once.
 */
int store_run(struct store *store, const char *sql, struct params params)
	MUST_USE;

/* Run a query: 0, what row returned, or ERR_LIBRARY. */
int store_each(struct store *store, const char *sql, struct params params,
	store_row *row, void *arg) MUST_USE;

/* The one number that a query gives; fallback when it gives no row. */
int store_number(struct store *store, const char *sql, struct params params,
	int64_t fallback, int64_t *ret) MUST_USE;

/*
 * A transaction that will write; there is one at a time, whoever shares the
 * database.  rollback is for after any failure but that of begin.
 */
int store_begin(struct store *store) MUST_USE;
int store_commit(struct store *store) MUST_USE;
void store_rollback(struct store *store);

/* commit for 0 and above, else rollback; the first error is returned. */
int store_end(struct store *store, int err) MUST_USE;

/* The time by the clock that all who share the database see. */
int store_clock(struct store *store, int64_t *ret) MUST_USE;

#endif
