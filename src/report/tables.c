#include "report/store_backend.h"

const char *const store_tables[] = {
	/* Numbers about the database itself: its version. */
	"CREATE TABLE IF NOT EXISTS about ("
	"name TEXT PRIMARY KEY, value BIGINT NOT NULL)",

	/* The key that redacts local parts. */
	"CREATE TABLE IF NOT EXISTS secrets ("
	"name TEXT PRIMARY KEY, value TEXT NOT NULL)",

	/* How far each file of each host's journals is imported, in bytes. */
	"CREATE TABLE IF NOT EXISTS files ("
	"host TEXT NOT NULL, name TEXT NOT NULL, position BIGINT NOT NULL,"
	"hour BIGINT NOT NULL, PRIMARY KEY (host, name))",

	/* Until when each host has imported all that it knows. */
	"CREATE TABLE IF NOT EXISTS hosts ("
	"host TEXT PRIMARY KEY, imported BIGINT NOT NULL)",

	/* Lines that we could not read. */
	"CREATE TABLE IF NOT EXISTS aside ("
	"host TEXT NOT NULL, name TEXT NOT NULL, position BIGINT NOT NULL,"
	"reason TEXT NOT NULL, line BYTEA NOT NULL, seen BIGINT NOT NULL,"
	"PRIMARY KEY (host, name, position))",

	/* The policies seen on a day; rua as it was last.  day: its begin. */
	"CREATE TABLE IF NOT EXISTS policies ("
	"day BIGINT NOT NULL, domain TEXT NOT NULL, digest TEXT NOT NULL,"
	"published TEXT NOT NULL, rua TEXT NOT NULL, seen BIGINT NOT NULL,"
	"PRIMARY KEY (day, domain, digest))",

	/*
	 * The messages: how many agreed in all that a report tells.  report is
	 * the id of the report that they are in; '' while they are in none;
	 * '-' when they will never be.
	 */
	"CREATE TABLE IF NOT EXISTS tuples ("
	"day BIGINT NOT NULL, domain TEXT NOT NULL, policy TEXT NOT NULL,"
	"report TEXT NOT NULL, digest TEXT NOT NULL, data TEXT NOT NULL,"
	"disposition TEXT NOT NULL, failed BIGINT NOT NULL,"
	"would_quarantine BIGINT NOT NULL, would_reject BIGINT NOT NULL,"
	"messages BIGINT NOT NULL,"
	"PRIMARY KEY (day, domain, policy, report, digest))",

	/*
	 * Messages that a failure report may be due for; report as above.  Of
	 * those that are alike the first keeps its line until it is reported.
	 */
	"CREATE TABLE IF NOT EXISTS incidents ("
	"host TEXT NOT NULL, name TEXT NOT NULL, position BIGINT NOT NULL,"
	"likeness TEXT NOT NULL, line TEXT NOT NULL, seen BIGINT NOT NULL,"
	"report TEXT NOT NULL, PRIMARY KEY (host, name, position))",

	"CREATE INDEX IF NOT EXISTS incidents_alike "
	"ON incidents (report, likeness)",

	/* Reports as they are (re-)sent: kind is aggregate or failure. */
	"CREATE TABLE IF NOT EXISTS reports ("
	"id TEXT PRIMARY KEY, kind TEXT NOT NULL, domain TEXT NOT NULL,"
	"submitter TEXT NOT NULL, begins BIGINT NOT NULL,"
	"ends BIGINT NOT NULL, made BIGINT NOT NULL,"
	"messages BIGINT NOT NULL, state TEXT NOT NULL, data BYTEA NOT NULL)",
	"CREATE INDEX IF NOT EXISTS reports_of ON reports (domain, begins)",

	/* Which report goes where; the states are in deliver.h. */
	"CREATE TABLE IF NOT EXISTS deliveries ("
	"report TEXT NOT NULL, destination TEXT NOT NULL,"
	"kind TEXT NOT NULL, domain TEXT NOT NULL, made BIGINT NOT NULL,"
	"state TEXT NOT NULL, owner TEXT NOT NULL, attempts BIGINT NOT NULL,"
	"due BIGINT NOT NULL, note TEXT NOT NULL,"
	"PRIMARY KEY (report, destination))",
	"CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries "
	"(due, report, destination) "
	"WHERE state IN ('waiting', 'sending', 'unsure')",

	/* Policy domains, destination hosts and addresses to leave alone. */
	"CREATE TABLE IF NOT EXISTS exclusions ("
	"target TEXT PRIMARY KEY, added BIGINT NOT NULL)",

	/* Which host sends, and until when it may be believed to. */
	"CREATE TABLE IF NOT EXISTS leases ("
	"name TEXT PRIMARY KEY, owner TEXT NOT NULL, expires BIGINT NOT NULL)",
	NULL,
};
