/*
 * A failure report as text: the abuse reporting format, RFC 5965, with the
 * fields of RFC 6591 and RFC 9991.
 */
#ifndef REPORT_ARF_H
#define REPORT_ARF_H

#include "report/line.h"

struct arf {
	const struct line *line;
	struct str redact_key; /* empty: addresses as they are */
	struct str spf_record; /* that SPF failed by; or empty */
	int64_t incidents;     /* like this one */
	struct str reporter;   /* our domain */
	struct str unique;     /* for the boundary */
};

/* The multipart/report entity.  { NULL, 0 }: no memory. */
struct str arf_write(struct arena *arena, const struct arf *arf) MUST_USE;

#endif
