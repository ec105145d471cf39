/*
 * A message as an MTA holds it: ordered header fields with their exact
 * values, and a body.  Edits change it the way sendmail does.
 */
#ifndef TESTS_FMSG_H
#define TESTS_FMSG_H

#include <stdio.h>

#include "mclient.h"

struct fm_field {
	char *name;
	char *value;	/* all after the colon, lines ending in LF */
	size_t len;	/* the value may hold NUL */
	bool deleted;	/* still counted until the next filter */
};

struct fmsg {
	struct fm_field *field;
	size_t n, cap;
	char *body;	/* lines ending in CRLF */
	size_t body_len, body_cap;
};

void fmsg_free(struct fmsg *m);

/*
 * Insert a field before position at; at >= n appends.  Returns -1 when
 * out of memory, as do the others.
 */
int fmsg_insert(struct fmsg *m, size_t at, const char *name,
    const char *value, size_t len);

/* Extend the body. */
int fmsg_body(struct fmsg *m, const char *data, size_t len);

/* The nth (1-based) field of that name that is not deleted, or NULL. */
struct fm_field *fmsg_find(const struct fmsg *m, const char *name,
    size_t nth);

/*
 * The next field of that name from *pos on, which is moved behind it; NULL
 * at the end.
 */
struct fm_field *fmsg_next(const struct fmsg *m, const char *name,
    size_t *pos);

/* How many there are. */
size_t fmsg_count(const struct fmsg *m, const char *name);

/*
 * Apply one edit.  leadspc: whether SMFIP_HDR_LEADSPC was negotiated; the
 * MTA supplies the space after the colon if it was not.  Edits of the
 * envelope change nothing here.
 */
int fmsg_apply(struct fmsg *m, const struct mc_edit *e, bool leadspc);

/* Forget deleted fields, as sendmail does before the next filter. */
void fmsg_settle(struct fmsg *m);

/* Write as it would go over SMTP, lines ending in CRLF. */
void fmsg_write(const struct fmsg *m, FILE *f);

#endif
