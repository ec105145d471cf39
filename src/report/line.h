/*
 * A line of the journal, version 1 (mailvet-journal(5)).
 *
 * The milter writes it, but what is inside came from strangers, and a disk may
 * have cut it: a line is checked whole before anything of it is used.
 */
#ifndef REPORT_LINE_H
#define REPORT_LINE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

struct line_reason {
	struct str type, comment; /* the comment may be empty */
};

struct line_dkim {
	struct str domain, selector, result;
	struct str aligned;  /* "strict", "relaxed", "no" */
	struct str identity; /* i=; in failure lines only */
};

struct line_spf {
	struct str domain;
	struct str result; /* empty: there is none */
	bool aligned;
};

/*
 * What makes a record of its own in an aggregate report (RFC 9990): messages
 * that agree in all of it are counted together.
 */
struct tuple {
	struct str ip; /* empty: a local client */
	struct str header_from, mail_from;
	struct str disposition;
	struct line_reason *reasons;
	size_t reason_count;
	struct line_spf spf;
	struct line_dkim *dkim; /* in the order of a report, at most 100 */
	size_t dkim_count;
};

/* The published policy as a report shows it. */
struct policy {
	struct str domain, discovery;
	struct str p, sp, np; /* sp and np empty when not published */
	struct str adkim, aspf, testing, fo;
};

struct line_uris {
	struct str *list;
	size_t count;
};

struct line {
	int64_t time; /* seconds since 1970 */
	struct str id;
	struct policy policy;
	bool suffix; /* psd=y */
	struct line_uris rua, ruf;
	struct str result, would;
	struct tuple tuple;
	/* Of failure lines only. */
	struct str envelope_from, authres, headers;
	bool truncated;
};

enum line_verdict {
	LINE_GOOD,
	LINE_CORRUPT,
	LINE_FOREIGN, /* another version */
};

/*
 * Take a line apart.  All views live as long as arena.  ERR_NOMEM, or 0 with
 * *verdict; *ret is filled for LINE_GOOD only.
 */
int line_parse(struct arena *arena, struct str text, struct line *ret,
	enum line_verdict *verdict) MUST_USE;

#endif
