#include "admin/feed.h"

#include <stdlib.h>

enum { CHUNK = 65535 /* as sendmail and Postfix send bodies */ };

struct feed {
	struct pipeline *pipeline;
	FILE *in;
	char *line; /* getline's */
	size_t room;
	ssize_t length; /* of the line, without its end; -1: no more */
	bool ended;	/* the line had an end */
	struct strbuf field;
	char body[CHUNK];
	size_t body_n;
};

/* The next line, its LF or CRLF cut off. */
static bool
next_line(struct feed *f)
{
	f->length = getline(&f->line, &f->room, f->in);
	f->ended = f->length > 0 && f->line[f->length - 1] == '\n';
	if (f->length < 0)
		return false;
	if (f->ended)
		f->length--;
	if (f->ended && f->length > 0 && f->line[f->length - 1] == '\r')
		f->length--;
	return true;
}

/* Hand over the field that was collected. */
static int
flush_field(struct feed *f)
{
	struct str text = sb_done(&f->field), rest = text, name;

	if (text.p == NULL)
		return ERR_NOMEM;
	if (text.n == 0)
		return 0;
	name = str_trim(str_cut(&rest, ':'));
	if (rest.p == NULL || name.n == 0)
		return ERR_SYNTAX;
	/* A verdict is kept by the pipeline. */
	(void)pipeline_header(f->pipeline, name, rest);
	f->field.n = 0;
	return 0;
}

static bool
is_continuation(const struct feed *f)
{
	return f->length > 0 && (f->line[0] == ' ' || f->line[0] == '\t');
}

/* Up to and including the empty line. */
static int
feed_header(struct feed *f)
{
	bool first = true;
	int err = 0;

	while (err == 0 && next_line(f) && f->length > 0) {
		struct str line = { f->line, (size_t)f->length };

		if (first && str_istarts(line, STR("From ")))
			continue;
		first = false;
		if (is_continuation(f))
			sb_addc(&f->field, '\n');
		else
			err = flush_field(f);
		sb_add(&f->field, line);
	}
	return err < 0 ? err : flush_field(f);
}

static void
put(struct feed *f, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t part = CHUNK - f->body_n < n ? CHUNK - f->body_n : n;

		memcpy(f->body + f->body_n, bytes, part);
		f->body_n += part;
		bytes += part;
		n -= part;
		if (f->body_n < CHUNK)
			return;
		(void)pipeline_body(
			f->pipeline, (struct str){ f->body, CHUNK });
		f->body_n = 0;
	}
}

static int
feed_body(struct feed *f)
{
	while (next_line(f)) {
		put(f, f->line, (size_t)f->length);
		if (f->ended)
			put(f, "\r\n", 2);
	}
	if (f->body_n > 0)
		(void)pipeline_body(
			f->pipeline, (struct str){ f->body, f->body_n });
	return ferror(f->in) ? ERR_IO : 0;
}

int
feed_message(struct pipeline *pipeline, FILE *in, enum verdict *ret)
{
	struct feed f = { .pipeline = pipeline, .in = in };
	struct arena *arena = arena_new(0);
	int err;

	if (arena == NULL)
		return ERR_NOMEM;
	f.field = sb_new(arena);
	err = feed_header(&f);
	if (err == 0) {
		(void)pipeline_headers(pipeline);
		err = feed_body(&f);
	}
	if (err == 0)
		*ret = pipeline_end(pipeline);
	free(f.line);
	arena_free(arena);
	return err;
}
