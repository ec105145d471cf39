/*
 * The messages of a benchmark, read once.
 */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include "../lib/fmsg.h"

enum { SAMPLE_RESULTS = 4 };

struct sample {
	char *path;
	char *client;	 /* IP address */
	char *helo;
	char *mail_from; /* with its angle brackets */
	char *mail_addr; /* without */
	char *result[SAMPLE_RESULTS]; /* "spf=pass" */
	size_t results;
	struct fmsg message;
};

struct corpus {
	struct sample *samples;
	size_t count;
};

/* Read DIRECTORY/list and its messages; 0, or -1 with errno.  Never freed. */
int corpus_read(struct corpus *corpus, const char *directory);

/*
 * A copy that a filter may edit; it shares the body.  0, or -1 when out of
 * memory.
 */
int sample_copy(const struct sample *sample, struct fmsg *ret);
void sample_free(struct fmsg *copy);

#endif
