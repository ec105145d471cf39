/*
 * The file of a private key: who may read it, and what is in it.
 */
#ifndef SIGN_KEYFILE_H
#define SIGN_KEYFILE_H

#include "base/conf.h"
#include "base/str.h"

/* The signer's user; root accepts files that belong to it. */
#ifndef SIGN_USER
#define SIGN_USER "mailvet-sign"
#endif

enum { KEY_FILE_MAX = 65536 };

/* Where a complaint about a key goes. */
struct key_complaint {
	struct conf_errors *errors;
	const char *where; /* conf_where, or a table's file:line */
	const char *path;
};

/* "key PATH: what"; ERR_CONFIG. */
int key_complain(const struct key_complaint *complaint, const char *what);

/*
 * Read the whole file into text, which has room for KEY_FILE_MAX bytes and
 * which the caller has to cleanse, whatever comes back.  It must be a regular
 * file of root's or our own, closed to others, and at most readable by our
 * group or root's.  ERR_CONFIG with a complaint.
 */
int key_file_read(const struct key_complaint *complaint, char *text,
	size_t *ret) MUST_USE;

#endif
