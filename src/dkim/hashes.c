#include "dkim/hashes.h"
#include "dkim/canon.h"

struct job {
	const struct header *field;
	const struct signature *sig;
	size_t index; /* in the library */
	bool fed;
	bool ours; /* the library gets another field for the body */
};

struct hashes {
	struct arena *arena;
	const struct headers *headers;
	struct dk_message *library;
	struct job *jobs;
	size_t count;
	size_t fed; /* signature fields */
};

int
hashes_new(struct arena *arena, const struct headers *headers, size_t most,
	struct hashes **ret)
{
	struct hashes *h = arena_alloc(arena, sizeof(*h));

	if (h == NULL)
		return ERR_NOMEM;
	h->arena = arena;
	h->headers = headers;
	h->jobs = arena_array(arena, most, sizeof(*h->jobs));
	if (h->jobs == NULL)
		return ERR_NOMEM;
	*ret = h;
	return 0;
}

void
hashes_want(struct hashes *h, const struct header *field,
	const struct signature *sig)
{
	h->jobs[h->count++] = (struct job){ .field = field, .sig = sig };
}

/* ---- the header ------------------------------------------------------- */

static bool
covers_signatures(const struct job *job)
{
	return signature_covers(job->sig, SIGNATURE_NAME) > 0;
}

/*
 * What is not plain is ours.  As the library then sees another field in its
 * place, so are the signatures that may cover that.
 */
static void
divide(struct hashes *h)
{
	bool replaced = false;

	for (size_t i = 0; i < h->count; i++) {
		h->jobs[i].ours = !h->jobs[i].sig->plain;
		replaced = replaced || h->jobs[i].ours;
	}
	for (size_t i = 0; i < h->count && replaced; i++)
		if (covers_signatures(&h->jobs[i]))
			h->jobs[i].ours = true;
}

static struct job *
job_of(const struct hashes *h, const struct header *field)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->jobs[i].field == field)
			return &h->jobs[i];
	return NULL;
}

/* A field by which the library hashes the body as the signature wants it. */
static struct str
body_signature(struct arena *arena, const struct signature *sig)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, " v=1; a=rsa-sha256; c=relaxed/%s; d=x; s=x; h=From;",
		sig->relaxed_body ? "relaxed" : "simple");
	if (sig->has_limit)
		sb_addf(&sb, " l=%lu;", sig->limit);
	sb_addz(&sb, " bh=AAAA; b=AAAA");
	return sb_done(&sb);
}

static int
feed_job(struct hashes *h, struct job *job)
{
	struct str value = job->field->value;
	int r;

	if (job->ours)
		value = body_signature(h->arena, job->sig);
	if (value.p == NULL)
		return ERR_NOMEM;
	r = dk_field(h->library, job->field->name, value);
	if (r < 0)
		return r;
	job->fed = true;
	job->index = h->fed++;
	return 0;
}

/*
 * The library makes a hash for each signature field that it sees.  So it sees
 * those that are asked for, and others only where a hash covers them.
 */
static int
feed(struct hashes *h, const struct header *field, bool others)
{
	bool is_signature = str_ieq(field->name, SIGNATURE_NAME);
	struct job *job = is_signature ? job_of(h, field) : NULL;
	int r;

	if (job != NULL)
		return feed_job(h, job);
	if (is_signature && (!others || field->value.n > DK_FIELD_MAX))
		return 0;
	r = dk_field(h->library, field->name, field->value);
	if (is_signature && r == 0)
		h->fed++;
	/* A field with such a name cannot be signed. */
	return r == ERR_SYNTAX ? 0 : r;
}

int
hashes_header(struct hashes *h, struct dk_library *library)
{
	int r = dk_message_new(h->arena, library, 0, &h->library);
	bool others = false;

	divide(h);
	for (size_t i = 0; i < h->count; i++)
		others = others ||
			 (!h->jobs[i].ours && covers_signatures(&h->jobs[i]));
	for (size_t i = 0; i < h->headers->count && r == 0; i++)
		r = feed(h, &h->headers->fields[i], others);
	return r == 0 ? dk_fields_end(h->library) : r;
}

/* ---- the body and the end --------------------------------------------- */

int
hashes_body(struct hashes *h, struct str chunk)
{
	return dk_body(h->library, chunk);
}

int
hashes_end(struct hashes *h)
{
	return dk_end(h->library);
}

bool
hashes_bare_newline(const struct hashes *h)
{
	return dk_bare_newline(h->library);
}

int
hashes_get(const struct hashes *h, size_t number,
	unsigned char header[DK_HASH_SIZE], unsigned char body[DK_HASH_SIZE])
{
	const struct job *job = &h->jobs[number];
	int r = job->fed ? dk_hashes(h->library, job->index, header, body)
			 : ERR_LIBRARY;

	if (r < 0 || !job->ours)
		return r;
	return canon_hash(h->headers, job->field, job->sig, header);
}
