/*
 * The part of a line that makes a record of an aggregate report, as JSON: from
 * the line, into the database, and back for the report.
 */
#ifndef REPORT_TUPLE_H
#define REPORT_TUPLE_H

#include "report/line.h"

enum { TUPLE_DKIM_MAX = 100 /* per record: RFC 9990 */ };

struct json_t;

/*
 * From the members of a line, or of tuple_to_text's object.  Long texts are
 * cut; the signatures are brought into the order that RFC 9990 wants (passing
 * and strictly aligned, passing and relaxed, other passes, the rest), and the
 * first 100 stay.  Views into root.  0, ERR_SYNTAX, ERR_NOMEM.
 */
int tuple_from_json(struct arena *arena, const struct json_t *root,
	struct tuple *ret) MUST_USE;

/* One way of writing: equal tuples give equal text.  { NULL, 0 }: no memory. */
struct str tuple_to_text(struct arena *arena, const struct tuple *tuple)
	MUST_USE;

/* The inverse; ERR_SYNTAX, ERR_NOMEM. */
int tuple_from_text(struct arena *arena, struct str text,
	struct tuple *ret) MUST_USE;

/* Did an aligned signature pass?  ...an aligned SPF? */
bool tuple_dkim_aligned(const struct tuple *tuple);
bool tuple_spf_aligned(const struct tuple *tuple);

/* Is it one of the words, NULL-terminated? */
bool tuple_word(struct str text, const char *const *words);

#endif
