/*
 * One message of the journal into the database.
 */
#ifndef REPORT_MESSAGE_H
#define REPORT_MESSAGE_H

#include "report/line.h"
#include "report/store.h"

/* Where a line stood. */
struct line_place {
	struct str host, name; /* "dmarc/2026112406.jsonl" */
	int64_t position;
};

/*
 * Count the message in; within a transaction.  scratch is for what lives
 * during the call.  0, ERR_NOMEM, ERR_LIBRARY.
 */
int message_count(struct store *store, struct arena *scratch,
	const struct line *line) MUST_USE;

/*
 * Note the message for a failure report.  Incidents that are alike (same author
 * domain, client and results) get the same likeness.  text is the line.
 */
int message_incident(struct store *store, struct arena *scratch,
	const struct line *line, struct str text,
	const struct line_place *place) MUST_USE;

/* A policy as JSON, and back: ERR_SYNTAX, ERR_NOMEM. */
struct str policy_to_text(struct arena *arena, const struct policy *policy)
	MUST_USE;
int policy_from_text(struct arena *arena, struct str text,
	struct policy *ret) MUST_USE;

/* A list of URIs as text, one a line, and back; an URI has no line end. */
struct str uris_to_text(struct arena *arena, const struct line_uris *uris)
	MUST_USE;
int uris_from_text(struct arena *arena, struct str text,
	struct line_uris *ret) MUST_USE;

#endif
