/*
 * TXT records as text for a name server or a form.
 */
#ifndef KEYS_TXT_H
#define KEYS_TXT_H

#include "keys/args.h"
#include "base/str.h"

#include <stdio.h>

struct txt {
	struct str name; /* without trailing dot */
	struct str text; /* whole; printable ASCII */
};

/*
 * Print the record: for BIND in parentheses, a string of up to 255 bytes (RFC
 * 1035 section 3.3) on each line; for NSD on one line; plain, name and
 * text without quotes, as a provider's web form wants them.
 */
void txt_print(FILE *to, enum record_format format, const struct txt *record);

/* A remark that the formats take for a comment; each line gets its "; ". */
void txt_remark(FILE *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
