/*
 * Lists that may stand in files.
 *
 * The value of an option is a list of words.  A word that begins with '/' is
 * the path of a file with more of them: one a line, '#' begins a comment at the
 * start of a line or behind white space.  Files do not name further files.
 */
#ifndef BASE_LISTFILE_H
#define BASE_LISTFILE_H

#include "base/conf.h"

/* Who takes the items, and how. */
struct list_taker {
	/*
	 * One item; the view lives as long as the call.  ERR_SYNTAX when it is
	 * not of the kind expected, ERR_NOMEM.
	 */
	int (*take)(void *arg, struct str item);
	void *arg;
	const char *expected; /* "an address or a network" */
};

/*
 * Hand all items to the taker, in their order.  where is that of the option:
 * its own items are reported there, those of a file with FILE:LINE.  All bad
 * items are reported.  0, ERR_CONFIG, ERR_NOMEM.
 */
int listfile_read(const struct conf_list *words, const char *where,
	struct conf_errors *errors, const struct list_taker *taker) MUST_USE;

#endif
