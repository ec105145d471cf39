/*
 * An aggregate report as XML (RFC 9990).
 */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include "report/line.h"

/* Of the tuple only text is kept; the report may have many. */
struct xml_record {
	struct str tuple; /* as tuple_to_text has it */
	int64_t messages;
};

struct xml_report {
	struct str organization, email;
	struct str contact; /* or empty */
	struct str id;
	int64_t begins, ends; /* both within the period */
	struct policy policy;
	const struct xml_record *records;
	size_t count;
};

/*
 * Write it.  Texts of strangers may hold anything: what XML cannot carry is
 * replaced by U+FFFD.  0, ERR_NOMEM, ERR_SYNTAX for a tuple that is none.
 */
int xml_write(struct arena *arena, const struct xml_report *report,
	struct str *ret) MUST_USE;

/*
 * The text with each byte that is not part of a character XML 1.0 can carry
 * replaced by U+FFFD, line ends by spaces.  { NULL, 0 }: no memory.
 */
struct str xml_text(struct arena *arena, struct str text) MUST_USE;

#endif
