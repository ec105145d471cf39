/*
 * PostgreSQL: one database for several mail hosts.
 */
#include "report/store_backend.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum { PARAMS_MAX = 16, NUMBER_SIZE = 24 };

/* Types by their object ids, which are fixed (pg_type.dat). */
enum { OID_BYTES = 17, OID_INT8 = 20, OID_INT4 = 23 };

struct postgres {
	PGconn *connection;
	char *why;
	const char *prepared[STORE_STATEMENTS_MAX]; /* by address: literals */
};

static int
complain(struct postgres *p)
{
	snprintf(p->why, STORE_WHY_SIZE, "%s",
		PQerrorMessage(p->connection));
	for (char *c = p->why; *c != '\0'; c++)
		if (*c == '\n')
			*c = c[1] == '\0' ? '\0' : ' ';
	return ERR_LIBRARY;
}

static void
ignore_notice(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static int
postgres_open(struct arena *arena, struct str database,
	char why[STORE_WHY_SIZE], void **state)
{
	struct postgres *p = arena_alloc(arena, sizeof(*p));
	struct str url = arena_copy(arena, database);

	*state = p;
	if (p == NULL || url.p == NULL)
		return ERR_NOMEM;
	p->why = why;
	p->connection = PQconnectdb(url.p);
	if (p->connection == NULL)
		return ERR_NOMEM;
	if (PQstatus(p->connection) != CONNECTION_OK)
		return complain(p);
	PQsetNoticeProcessor(p->connection, ignore_notice, NULL);
	return PQsetClientEncoding(p->connection, "UTF8") == 0 ? 0 :
		complain(p);
}

static void
postgres_close(void *state)
{
	struct postgres *p = state;

	PQfinish(p->connection);
}

/* Into name the name of the prepared statement; 0, or ERR_LIBRARY. */
static int
prepare(struct postgres *p, const char *sql, char name[NUMBER_SIZE])
{
	ExecStatusType status;
	PGresult *result;
	int i = 0;

	while (i < STORE_STATEMENTS_MAX && p->prepared[i] != sql &&
		p->prepared[i] != NULL)
		i++;
	snprintf(name, NUMBER_SIZE, "s%d", i);
	if (i == STORE_STATEMENTS_MAX) {
		snprintf(p->why, STORE_WHY_SIZE, "more than %d statements",
			STORE_STATEMENTS_MAX);
		return ERR_LIBRARY;
	}
	if (p->prepared[i] == sql)
		return 0;
	result = PQprepare(p->connection, name, sql, 0, NULL);
	status = PQresultStatus(result);
	PQclear(result);
	if (status != PGRES_COMMAND_OK)
		return complain(p);
	p->prepared[i] = sql;
	return 0;
}

/* libpq takes text that ends with NUL, numbers too; bytes are binary. */
static PGresult *
execute(struct postgres *p, struct arena *arena, const char *name,
	struct params params)
{
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	char numbers[PARAMS_MAX][NUMBER_SIZE];

	for (size_t i = 0; i < params.count; i++) {
		const struct value *v = &params.values[i];

		lengths[i] = (int)v->text.n;
		formats[i] = v->type == VALUE_BYTES;
		if (v->type == VALUE_INT) {
			snprintf(numbers[i], NUMBER_SIZE, "%lld",
				(long long)v->number);
			values[i] = numbers[i];
		} else {
			values[i] = arena_copy(arena, v->text).p;
			if (values[i] == NULL)
				return NULL;
		}
	}
	return PQexecPrepared(p->connection, name, (int)params.count, values,
		lengths, formats, 0);
}

/* Bytes come as "\x..." and are decoded in place of a copy of libpq's. */
static struct value
read_column(const PGresult *result, int row, int column, unsigned char **owned)
{
	const char *text = PQgetvalue(result, row, column);
	Oid type = PQftype(result, column);
	size_t size = (size_t)PQgetlength(result, row, column);

	*owned = NULL;
	if (type == OID_INT8 || type == OID_INT4 ||
		PQgetisnull(result, row, column))
		return INT(strtoll(text, NULL, 10));
	if (type != OID_BYTES)
		return TEXT(((struct str){ text, size }));
	*owned = PQunescapeBytea((const unsigned char *)text, &size);
	return BYTES(((struct str){ (char *)*owned, size }));
}

static int
read_rows(const PGresult *result, store_row *row, void *arg)
{
	struct value columns[STORE_COLUMNS_MAX];
	unsigned char *owned[STORE_COLUMNS_MAX];
	int count = PQnfields(result), err = 0;

	for (int i = 0; err >= 0 && i < PQntuples(result); i++) {
		for (int c = 0; c < count; c++)
			columns[c] = read_column(result, i, c, &owned[c]);
		err = row(arg, columns);
		for (int c = 0; c < count; c++)
			PQfreemem(owned[c]);
	}
	return err;
}

static int
postgres_run(void *state, const char *sql, struct params params,
	store_row *row, void *arg)
{
	struct postgres *p = state;
	struct arena *arena = arena_new(0);
	PGresult *result = NULL;
	char name[NUMBER_SIZE];
	int err;

	if (arena == NULL)
		return ERR_NOMEM;
	err = prepare(p, sql, name);
	if (err == 0) {
		result = execute(p, arena, name, params);
		switch (PQresultStatus(result)) {
		case PGRES_COMMAND_OK:
			err = atoi(PQcmdTuples(result));
			break;
		case PGRES_TUPLES_OK:
			err = row != NULL ? read_rows(result, row, arg) : 0;
			break;
		default:
			err = complain(p);
		}
	}
	PQclear(result);
	arena_free(arena);
	return err;
}

const struct store_backend store_postgres = {
	.open = postgres_open,
	.close = postgres_close,
	.run = postgres_run,
	.begin = "BEGIN",
	.clock = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
	/*
	 * As with SQLite, one writes at a time.  Two imports would wait for
	 * each other's rows, and a report must not take in what an import adds
	 * between its reading and its marking.
	 */
	.lock = "SELECT pg_advisory_xact_lock(5127439)",
};
