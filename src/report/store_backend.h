/*
 * What a kind of database has to be able to do.  Internal to the store.
 */
#ifndef REPORT_STORE_BACKEND_H
#define REPORT_STORE_BACKEND_H

#include "report/store.h"

enum {
	STORE_WHY_SIZE = 512,
	STORE_COLUMNS_MAX = 16,
	STORE_STATEMENTS_MAX = 128, /* prepared by one process; twice what is */
};

struct store_backend {
	/*
	 * Connect.  *state lives in the arena or is freed by close; it may be
	 * set even on failure.  why is filled on every failure from then on.
	 */
	int (*open)(struct arena *arena, struct str database,
		char why[STORE_WHY_SIZE], void **state);
	void (*close)(void *state);
	/* As store_run and store_each; row may be NULL. */
	int (*run)(void *state, const char *sql, struct params params,
		store_row *row, void *arg);
	const char *begin; /* SQL that begins a writing transaction */
	const char *lock;  /* SQL that makes it the only one; or NULL */
	const char *clock; /* SQL for the seconds since 1970 */
};

extern const struct store_backend store_sqlite;
extern const struct store_backend store_postgres;

/* The tables, as statements; NULL-terminated.  Each may be run again. */
extern const char *const store_tables[];
enum { STORE_VERSION = 1 };

#endif
