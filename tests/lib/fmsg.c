#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fmsg.h"

static void
free_field(struct fm_field *f)
{
	free(f->name);
	free(f->value);
}

void
fmsg_free(struct fmsg *m)
{
	for (size_t i = 0; i < m->n; i++)
		free_field(&m->field[i]);
	free(m->field);
	free(m->body);
	*m = (struct fmsg){ 0 };
}

static char *
copy(const char *s, size_t len)
{
	char *p = malloc(len + 1);

	if (p != NULL) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

int
fmsg_insert(struct fmsg *m, size_t at, const char *name,
    const char *value, size_t len)
{
	struct fm_field f = { .name = strdup(name), .len = len };

	if (m->n == m->cap) {
		size_t cap = m->cap != 0 ? 2 * m->cap : 32;
		void *p = reallocarray(m->field, cap, sizeof(f));

		if (p == NULL)
			goto fail;
		m->field = p;
		m->cap = cap;
	}
	f.value = copy(value, len);
	if (f.name == NULL || f.value == NULL)
		goto fail;
	if (at > m->n)
		at = m->n;
	memmove(m->field + at + 1, m->field + at, (m->n - at) * sizeof(f));
	m->field[at] = f;
	m->n++;
	return 0;
fail:
	free_field(&f);
	return -1;
}

int
fmsg_body(struct fmsg *m, const char *data, size_t len)
{
	if (m->body_cap - m->body_len < len) {
		size_t cap = m->body_cap != 0 ? m->body_cap : 4096;
		char *p;

		while (cap - m->body_len < len)
			cap *= 2;
		p = realloc(m->body, cap);
		if (p == NULL)
			return -1;
		m->body = p;
		m->body_cap = cap;
	}
	memcpy(m->body + m->body_len, data, len);
	m->body_len += len;
	return 0;
}

/* Fields that an earlier edit of the same filter deleted count or not. */
static struct fm_field *
nth_field(const struct fmsg *m, const char *name, size_t nth, bool deleted)
{
	for (size_t i = 0; i < m->n; i++) {
		struct fm_field *f = &m->field[i];

		if (strcasecmp(f->name, name) != 0)
			continue;
		if (f->deleted && !deleted)
			continue;
		if (nth-- <= 1)
			return f;
	}
	return NULL;
}

struct fm_field *
fmsg_find(const struct fmsg *m, const char *name, size_t nth)
{
	return nth_field(m, name, nth, false);
}

struct fm_field *
fmsg_next(const struct fmsg *m, const char *name, size_t *pos)
{
	while (*pos < m->n) {
		struct fm_field *f = &m->field[(*pos)++];

		if (!f->deleted && strcasecmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

size_t
fmsg_count(const struct fmsg *m, const char *name)
{
	size_t n = 0, pos = 0;

	while (fmsg_next(m, name, &pos) != NULL)
		n++;
	return n;
}

static int
set_value(struct fm_field *f, const char *value, size_t len)
{
	char *p = copy(value, len);

	if (p == NULL)
		return -1;
	free(f->value);
	f->value = p;
	f->len = len;
	f->deleted = false;
	return 0;
}

static int
change(struct fmsg *m, const struct mc_edit *e, const char *value,
    size_t len)
{
	struct fm_field *f = nth_field(m, e->name, e->index, true);

	if (e->value_len == 0) {
		if (f != NULL)
			f->deleted = true;
		return 0;
	}
	if (f == NULL)
		return fmsg_insert(m, m->n, e->name, value, len);
	return set_value(f, value, len);
}

int
fmsg_apply(struct fmsg *m, const struct mc_edit *e, bool leadspc)
{
	size_t len = e->value_len + (leadspc ? 0 : 1);
	char *value;
	int r = 0;

	if (e->type != SMFIR_ADDHEADER && e->type != SMFIR_INSHEADER
	    && e->type != SMFIR_CHGHEADER)
		return 0;
	value = malloc(len + 1);
	if (value == NULL)
		return -1;
	value[0] = ' ';
	memcpy(value + (leadspc ? 0 : 1), e->value, e->value_len + 1);
	if (e->type == SMFIR_ADDHEADER)
		r = fmsg_insert(m, m->n, e->name, value, len);
	else if (e->type == SMFIR_INSHEADER)
		r = fmsg_insert(m, e->index, e->name, value, len);
	else
		r = change(m, e, value, len);
	free(value);
	return r;
}

void
fmsg_settle(struct fmsg *m)
{
	size_t keep = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->field[i].deleted)
			free_field(&m->field[i]);
		else
			m->field[keep++] = m->field[i];
	}
	m->n = keep;
}

void
fmsg_write(const struct fmsg *m, FILE *f)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct fm_field *h = &m->field[i];

		if (h->deleted)
			continue;
		fprintf(f, "%s:", h->name);
		for (size_t j = 0; j < h->len; j++) {
			if (h->value[j] == '\n')
				fputc('\r', f);
			fputc(h->value[j], f);
		}
		fputs("\r\n", f);
	}
	fputs("\r\n", f);
	if (m->body_len > 0)
		fwrite(m->body, 1, m->body_len, f);
}
