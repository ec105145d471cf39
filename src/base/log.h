/*
 * The log: one line per event, on stderr with a priority ("<6>…", sd-daemon(3))
 * or, when stderr is the journal, as an entry with fields.
 *
 * Only milter/, report/ and admin/ log; the rest returns what happened.
 * Untrusted text is escaped here, once.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

/* As in syslog(3), whose names are macros. */
enum log_level {
	LEVEL_ERROR = 3,
	LEVEL_WARNING = 4,
	LEVEL_NOTICE = 5,
	LEVEL_INFO = 6,
	LEVEL_DEBUG = 7,
};

struct log_field {
	const char *key; /* lower case, '-' between words */
	struct str value;
};

enum { LOG_FIELDS_MAX = 32, LOG_LINE_MAX = 4096 };

/*
 * Takes a finished line (printable ASCII, no line end) and its fields; fields
 * beyond the text are for sinks that keep them apart.
 */
typedef void log_sink(enum log_level level, const char *line,
	const struct log_field *fields, size_t count);

/* The sink that writes to stderr; the one in use from the start. */
log_sink log_to_stderr;

void log_use(log_sink *sink);

/* Events below this importance are dropped; LEVEL_INFO from the start. */
void log_set_level(enum log_level level);
bool log_wants(enum log_level level);

/* A line of text. */
void log_text(enum log_level level, const char *fmt, ...) FORMAT(2, 3);

/*
 * "lead: key=value key=value"; empty values are left out, and what is very long
 * is cut, in the text alone.
 */
void log_fields(enum log_level level, struct str lead,
	const struct log_field *fields, size_t count);

#endif
