#include "corpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The whole file, with a NUL behind it; or NULL. */
static char *
read_file(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	long size;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    (text = malloc((size_t)size + 1)) != NULL) {
		rewind(f);
		*ret_size = fread(text, 1, (size_t)size, f);
		text[*ret_size] = '\0';
	}
	fclose(f);
	return text;
}

/* A header field, its folds as LF, up to a CRLF that is not a fold. */
static int
add_field(struct fmsg *m, char **pos)
{
	char *name = *pos, *colon = strchr(name, ':'), *out, *in;

	if (colon == NULL)
		return -1;
	*colon = '\0';
	out = in = colon + 1;
	while (*in != '\0') {
		if (in[0] == '\r' && in[1] == '\n') {
			in++;
			if (in[1] != ' ' && in[1] != '\t')
				break;
		}
		*out++ = *in++;
	}
	*pos = *in == '\n' ? in + 1 : in;
	return fmsg_insert(m, m->n, name, colon + 1,
	    (size_t)(out - colon - 1));
}

static int
parse(struct fmsg *m, char *text, size_t size)
{
	char *pos = text;

	while (*pos != '\0' && !(pos[0] == '\r' && pos[1] == '\n'))
		if (add_field(m, &pos) < 0)
			return -1;
	pos += *pos != '\0' ? 2 : 0;
	return fmsg_body(m, pos, size - (size_t)(pos - text));
}

static int
read_message(struct sample *s, const char *directory)
{
	char *path, *text;
	size_t size;
	int r = -1;

	if (asprintf(&path, "%s/%s", directory, s->path) < 0)
		return -1;
	text = read_file(path, &size);
	free(path);
	if (text != NULL)
		r = parse(&s->message, text, size);
	free(text);
	return r;
}

/* A line of the list; it is cut up and its parts are kept. */
static int
read_sample(struct sample *s, char *line, const char *directory)
{
	char *result;

	*s = (struct sample){ 0 };
	s->path = strsep(&line, "\t");
	s->client = strsep(&line, "\t");
	s->helo = strsep(&line, "\t");
	s->mail_addr = strsep(&line, "\t");
	if (s->mail_addr == NULL || line == NULL ||
	    asprintf(&s->mail_from, "<%s>", s->mail_addr) < 0)
		return -1;
	while (s->results < SAMPLE_RESULTS &&
	    (result = strsep(&line, ";")) != NULL)
		s->result[s->results++] = result;
	return read_message(s, directory);
}

int
corpus_read(struct corpus *corpus, const char *directory)
{
	char *path, *list, *line;
	size_t size;

	if (asprintf(&path, "%s/list", directory) < 0)
		return -1;
	list = read_file(path, &size);
	free(path);
	while ((line = strsep(&list, "\n")) != NULL && *line != '\0') {
		corpus->samples = reallocarray(corpus->samples,
		    corpus->count + 1, sizeof(*corpus->samples));
		if (corpus->samples == NULL || read_sample(
		    &corpus->samples[corpus->count++], line, directory) < 0)
			return -1;
	}
	if (corpus->count > 0)
		return 0;
	if (errno == 0)
		errno = ENODATA;
	return -1;
}

int
sample_copy(const struct sample *sample, struct fmsg *ret)
{
	*ret = (struct fmsg){ 0 };
	for (size_t i = 0; i < sample->message.n; i++) {
		const struct fm_field *f = &sample->message.field[i];

		if (fmsg_insert(ret, i, f->name, f->value, f->len) < 0) {
			fmsg_free(ret);
			return -1;
		}
	}
	ret->body = sample->message.body;
	ret->body_len = sample->message.body_len;
	return 0;
}

void
sample_free(struct fmsg *copy)
{
	copy->body = NULL;
	fmsg_free(copy);
}
