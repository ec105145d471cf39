#include <stdlib.h>
#include <string.h>

#include "mcedits.h"

/* Offsets, because text moves while it grows. */
struct mcedit_rec {
	char type;
	uint32_t index;
	size_t name, value, value_len;
};

/* How an edit packet is made up. */
static const struct form {
	char cmd;
	bool index;		/* begins with a number */
	bool name;		/* a string ending in NUL */
	bool value;		/* a string ending in NUL, may be absent */
	bool value_must;
	uint32_t action;
} forms[] = {
	{ SMFIR_ADDHEADER, false, true, true, true, SMFIF_ADDHDRS },
	{ SMFIR_INSHEADER, true, true, true, true, SMFIF_ADDHDRS },
	{ SMFIR_CHGHEADER, true, true, true, true, SMFIF_CHGHDRS },
	{ SMFIR_ADDRCPT, false, true, false, false, SMFIF_ADDRCPT },
	{ SMFIR_ADDRCPT_PAR, false, true, true, false, SMFIF_ADDRCPT_PAR },
	{ SMFIR_DELRCPT, false, true, false, false, SMFIF_DELRCPT },
	{ SMFIR_CHGFROM, false, true, true, false, SMFIF_CHGFROM },
	{ SMFIR_QUARANTINE, false, true, false, false, SMFIF_QUARANTINE },
	{ SMFIR_REPLBODY, false, false, false, false, SMFIF_CHGBODY },
	{ SMFIR_PROGRESS, false, false, false, false, 0 },
};

static const struct form *
form_of(char cmd)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (forms[i].cmd == cmd)
			return &forms[i];
	return NULL;
}

uint32_t
mcedits_action(char cmd)
{
	const struct form *f = form_of(cmd);

	return f != NULL ? f->action : UINT32_MAX;
}

void
mcedits_free(struct mcedits *e)
{
	free(e->rec);
	free(e->text);
	*e = (struct mcedits){ 0 };
}

void
mcedits_clear(struct mcedits *e)
{
	e->n = 0;
	e->text_len = 0;
}

static int
grow(void **p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap != 0 ? *cap : 16;
	void *q;

	if (*cap >= need)
		return 0;
	while (n < need)
		n *= 2;
	q = realloc(*p, n * size);
	if (q == NULL)
		return MC_ERR_NOMEM;
	*p = q;
	*cap = n;
	return 0;
}

/* Copy text and end it with a NUL; the offset is put into ret. */
static int
keep(struct mcedits *e, const char *s, size_t len, size_t *ret)
{
	void *p = e->text;
	int r = grow(&p, &e->text_cap, e->text_len + len + 1, 1);

	if (r < 0)
		return r;
	e->text = p;
	*ret = e->text_len;
	if (len > 0)
		memcpy(e->text + e->text_len, s, len);
	e->text[e->text_len + len] = '\0';
	e->text_len += len + 1;
	return 0;
}

/* Take a string with its NUL off the front of the packet. */
static int
take(struct mcedits *e, struct mcpacket *p, size_t *ret, size_t *ret_len)
{
	const char *nul = memchr(p->data, '\0', p->len);
	size_t len;
	int r;

	if (nul == NULL)
		return MC_ERR_PROTO;
	len = (size_t)(nul - p->data);
	r = keep(e, p->data, len, ret);
	p->data += len + 1;
	p->len -= len + 1;
	if (ret_len != NULL)
		*ret_len = len;
	return r;
}

/* Lay out one packet after its form; what is left over is a fault. */
static int
parse(struct mcedits *e, struct mcedit_rec *rec, const struct form *f,
    struct mcpacket p)
{
	int r = 0;

	if (f->index) {
		if (p.len < 4)
			return MC_ERR_PROTO;
		rec->index = mcwire_u32(p.data);
		p.data += 4;
		p.len -= 4;
	}
	if (f->name) {
		size_t len = 0;

		r = take(e, &p, &rec->name, &len);
		if (r == 0 && len == 0 && f->value_must)
			r = MC_ERR_PROTO;
	}
	if (r == 0 && f->value && (f->value_must || p.len > 0))
		r = take(e, &p, &rec->value, &rec->value_len);
	if (r == 0 && f->cmd == SMFIR_REPLBODY) {
		rec->value_len = p.len;
		r = keep(e, p.data, p.len, &rec->value);
		p.len = 0;
	}
	if (r == 0 && p.len > 0)
		r = MC_ERR_PROTO;
	return r;
}

int
mcedits_add(struct mcedits *e, const struct mcpacket *p)
{
	const struct form *f = form_of(p->cmd);
	struct mcedit_rec rec = { .type = p->cmd };
	void *q = e->rec;
	size_t empty;
	int r = grow(&q, &e->cap, e->n + 1, sizeof(*e->rec));

	if (r < 0)
		return r;
	e->rec = q;
	if (f == NULL)
		return MC_ERR_PROTO;
	/* a string that the packet lacks reads as "" */
	r = keep(e, "", 0, &empty);
	rec.name = rec.value = empty;
	if (r == 0)
		r = parse(e, &rec, f, *p);
	if (r == 0)
		e->rec[e->n++] = rec;
	return r;
}

void
mcedits_get(const struct mcedits *e, size_t i, struct mc_edit *ret)
{
	const struct mcedit_rec *rec = &e->rec[i];

	ret->type = rec->type;
	ret->index = rec->index;
	ret->name = e->text + rec->name;
	ret->value = e->text + rec->value;
	ret->value_len = rec->value_len;
}
