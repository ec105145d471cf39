#include "report/store_backend.h"

#include <stdio.h>

struct store {
	const struct store_backend *backend;
	void *state;
	char why[STORE_WHY_SIZE];
};

const char *
store_why(const struct store *store)
{
	return store->why;
}

static int
make_tables(struct store *s)
{
	int64_t version = 0;
	int err = 0;

	for (size_t i = 0; err >= 0 && store_tables[i] != NULL; i++)
		err = store_run(s, store_tables[i], NO_PARAMS);
	if (err >= 0)
		err = store_number(s, "SELECT value FROM about "
			"WHERE name = 'version'", NO_PARAMS, 0, &version);
	if (err >= 0 && version > STORE_VERSION) {
		snprintf(s->why, sizeof(s->why), "it is of version %lld, "
			"made by a later mailvet", (long long)version);
		return ERR_CONFIG;
	}
	if (err >= 0 && version == 0)
		err = store_run(s, "INSERT INTO about (name, value) "
			"VALUES ('version', $1)", PARAMS(INT(STORE_VERSION)));
	return err < 0 ? err : 0;
}

int
store_open(struct arena *arena, struct str database, struct store **ret)
{
	struct store *s = arena_alloc(arena, sizeof(*s));
	int err;

	*ret = s;
	if (s == NULL)
		return ERR_NOMEM;
	s->backend = &store_sqlite;
#ifdef WITH_POSTGRES
	if (str_istarts(database, STR("postgresql://")))
		s->backend = &store_postgres;
#endif
	err = s->backend->open(arena, database, s->why, &s->state);
	if (err == 0)
		err = store_begin(s);
	if (err == 0)
		err = store_end(s, make_tables(s));
	return err;
}

void
store_close(struct store *store)
{
	if (store != NULL && store->state != NULL)
		store->backend->close(store->state);
}

int
store_run(struct store *store, const char *sql, struct params params)
{
	return store->backend->run(store->state, sql, params, NULL, NULL);
}

int
store_each(struct store *store, const char *sql, struct params params,
	store_row *row, void *arg)
{
	int err = store->backend->run(store->state, sql, params, row, arg);

	return err < 0 ? err : 0;
}

static int
take_number(void *arg, const struct value *columns)
{
	int64_t *number = arg;

	*number = columns[0].number;
	return 0;
}

int
store_number(struct store *store, const char *sql, struct params params,
	int64_t fallback, int64_t *ret)
{
	*ret = fallback;
	return store_each(store, sql, params, take_number, ret);
}

int
store_begin(struct store *store)
{
	const char *lock = store->backend->lock;
	int err = store_run(store, store->backend->begin, NO_PARAMS);

	if (err >= 0 && lock != NULL)
		err = store_each(store, lock, NO_PARAMS, NULL, NULL);
	if (err < 0)
		store_rollback(store);
	return err < 0 ? err : 0;
}

int
store_commit(struct store *store)
{
	int err = store_run(store, "COMMIT", NO_PARAMS);

	return err < 0 ? err : 0;
}

void
store_rollback(struct store *store)
{
	char why[STORE_WHY_SIZE];

	/* What went wrong before is of more interest. */
	memcpy(why, store->why, sizeof(why));
	if (store_run(store, "ROLLBACK", NO_PARAMS) < 0)
		memcpy(store->why, why, sizeof(why));
}

int
store_end(struct store *store, int err)
{
	if (err >= 0)
		err = store_commit(store);
	if (err < 0)
		store_rollback(store);
	return err;
}

int
store_clock(struct store *store, int64_t *ret)
{
	return store_number(store, store->backend->clock, NO_PARAMS, 0, ret);
}
