/*
 * A scenario file as a list of statements: a verb, the rest of the line,
 * and for some verbs the lines that follow up to "end".
 */
#ifndef TESTS_SCNFILE_H
#define TESTS_SCNFILE_H

#include <stdbool.h>
#include <stddef.h>

struct scnline {
	int line;
	char *verb;
	char *arg;	/* without white space at both ends; "" if none */
	char *block;	/* NULL for a verb without a block */
};

struct scnfile {
	const char *path;
	struct scnline *stmt;
	size_t n, cap;
};

/* Read a file; on false a message has been printed on standard error. */
bool scnfile_read(struct scnfile *f, const char *path);
void scnfile_free(struct scnfile *f);

/*
 * Decode \n \r \t \\ \0 \s (a space) and \xHH.  Allocated, with a NUL
 * behind it; its length goes into *ret_len.  NULL when out of memory.
 */
char *scn_unescape(const char *s, size_t *ret_len);

/* Take the next word off *s; NULL at the end.  Changes the text. */
char *scn_word(char **s);

/* "64", "50M", "200k"; 0 for anything else. */
size_t scn_size(const char *s);

#endif
