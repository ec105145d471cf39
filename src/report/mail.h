/*
 * The mail that carries a report: RFC 9990 for aggregate reports, RFC 6591 and
 * RFC 9991 for failure reports.
 *
 * The same report always makes the same mail: the date, the ids and the
 * boundary come out of the report.
 */
#ifndef REPORT_MAIL_H
#define REPORT_MAIL_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/* What the names of a report are made of. */
struct report_name {
	struct str submitter; /* our domain */
	struct str domain;    /* the policy domain */
	struct str unique;    /* the report id: letters and digits */
	int64_t begins, ends;
};

/* "SUBMITTER!DOMAIN!BEGIN!END!UNIQUE.xml.gz" */
struct str mail_file_name(struct arena *arena,
	const struct report_name *name) MUST_USE;

/*
 * A MIME part.  Text has LF or CRLF; what is not plain ASCII in short lines
 * goes as base64.
 */
struct mail_part {
	struct str header; /* "Content-Type: ...\r\n" and more */
	struct str content;
	bool binary; /* base64 in any case */
};

/*
 * "Content-Type: multipart/SUBTYPE ...", an empty line and the parts.  unique
 * makes the boundary.  { NULL, 0 }: no memory.
 */
struct str mail_multipart(struct arena *arena, const char *subtype,
	struct str unique, const struct mail_part *parts, size_t count)
	MUST_USE;

/* The entity of an aggregate report: a few words for people, and the file. */
struct str mail_aggregate(struct arena *arena, const struct report_name *name,
	struct str gzipped) MUST_USE;

/* The subject of an aggregate report, folded. */
struct str mail_aggregate_subject(struct arena *arena,
	const struct report_name *name) MUST_USE;

/* "Tue, 24 Nov 2026 06:26:17 +0000", whatever the locale. */
struct mail_date {
	char text[40];
};
struct mail_date mail_date(int64_t seconds);

struct mail {
	struct str from, to;
	struct str subject;    /* folded where it is long */
	struct str message_id; /* without angle brackets */
	int64_t date;
	struct str entity; /* of mail_multipart */
};

/* The whole message, lines ending with CRLF.  { NULL, 0 }: no memory. */
struct str mail_write(struct arena *arena, const struct mail *mail) MUST_USE;

#endif
