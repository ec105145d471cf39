#include "dkim/canon.h"

#include <stdlib.h>

/* Where the canonical text goes; its failures stick. */
struct sink {
	EVP_MD_CTX *ctx;
	bool relaxed;
	bool failed;
};

static void
put(struct sink *sink, struct str text)
{
	if (sink->failed || text.n == 0)
		return;
	if (EVP_DigestUpdate(sink->ctx, text.p, text.n) != 1)
		sink->failed = true;
}

static void
put_lower(struct sink *sink, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = to_lower(text.p[i]);

		put(sink, (struct str){ &c, 1 });
	}
}

/* ---- values --------------------------------------------------------- */

/* Section 3.4.1: as it is; an MTA tells a fold as LF, on the wire it is CRLF.
 */
static void
put_simple(struct sink *sink, struct str value)
{
	while (value.n > 0) {
		size_t end = str_index(value, '\n');

		put(sink, str_first(value, end));
		if (end < value.n && (end == 0 || value.p[end - 1] != '\r'))
			put(sink, STR("\r"));
		if (end < value.n)
			put(sink, STR("\n"));
		value = str_from(value, end + 1);
	}
}

/* The size of the white space, or of the word, at the beginning of a text. */
static size_t
span(struct str text, bool space)
{
	size_t n = 0;

	while (n < text.n && is_space(text.p[n]) == space)
		n++;
	return n;
}

/*
 * Section 3.4.2: unfolded, runs of white space as one space, none at the end.
 * A value comes in two parts when b= is cut out of it: *space tells whether
 * white space is due before the next word.
 */
static void
put_relaxed(struct sink *sink, struct str value, bool *space)
{
	while (value.n > 0) {
		size_t n = span(value, true);

		*space = *space || n > 0;
		value = str_from(value, n);
		n = span(value, false);
		if (n > 0 && *space)
			put(sink, STR(" "));
		if (n > 0)
			*space = false;
		put(sink, str_first(value, n));
		value = str_from(value, n);
	}
}

/* A field whose value is what stands before and after a gap. */
static void
put_field(
	struct sink *sink, struct str name, struct str before, struct str after)
{
	bool space = false;

	if (!sink->relaxed) {
		put(sink, name);
		put(sink, STR(":"));
		put_simple(sink, before);
		put_simple(sink, after);
		return;
	}
	put_lower(sink, str_trim(name));
	put(sink, STR(":"));
	/* The white space behind the colon goes, too. */
	before = str_from(before, span(before, true));
	put_relaxed(sink, before, &space);
	put_relaxed(sink, after, &space);
}

/* ---- which fields ---------------------------------------------------- */

/*
 * Sorted: a stranger may name hundreds of fields in each signature, and send
 * thousands.
 */
struct canon {
	const struct header **fields; /* by name, those of one from the top */
	size_t count;
};

static int
compare_names(struct str a, struct str b)
{
	int order = (a.n > b.n) - (a.n < b.n);

	for (size_t i = 0; order == 0 && i < a.n; i++)
		order = to_lower(a.p[i]) - to_lower(b.p[i]);
	return order;
}

static int
compare_fields(const void *left, const void *right)
{
	const struct header *a = *(const struct header *const *)left;
	const struct header *b = *(const struct header *const *)right;
	int order = compare_names(str_trim(a->name), str_trim(b->name));

	return order != 0 ? order : (a > b) - (a < b);
}

int
canon_new(
	struct arena *arena, const struct headers *headers, struct canon **ret)
{
	struct canon *canon = arena_alloc(arena, sizeof(*canon));

	if (canon == NULL)
		return ERR_NOMEM;
	canon->count = headers->count;
	canon->fields =
		arena_array(arena, canon->count, sizeof(*canon->fields));
	if (canon->fields == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < canon->count; i++)
		canon->fields[i] = &headers->fields[i];
	qsort(canon->fields, canon->count, sizeof(*canon->fields),
		compare_fields);
	*ret = canon;
	return 0;
}

/* How many fields have that name or stand before those. */
static size_t
end_of(const struct canon *canon, struct str name)
{
	size_t low = 0, high = canon->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct str there = str_trim(canon->fields[mid]->name);

		if (compare_names(there, name) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

unsigned
canon_count(const struct canon *canon, struct str name)
{
	size_t i = end_of(canon, name);
	unsigned count = 0;

	while (i > 0 && str_ieq(str_trim(canon->fields[--i]->name), name))
		count++;
	return count;
}

/* The nth field of that name from the bottom, own one not counted; or NULL. */
static const struct header *
from_below(const struct canon *canon, const struct header *own, struct str name,
	size_t nth)
{
	for (size_t i = end_of(canon, name); i > 0; i--) {
		const struct header *field = canon->fields[i - 1];

		if (!str_ieq(str_trim(field->name), name))
			return NULL;
		if (field != own && --nth == 0)
			return field;
	}
	return NULL;
}

/* Section 5.4.2: a name that comes again means the next field above. */
static void
put_signed(struct sink *sink, const struct canon *canon,
	const struct header *own, const struct signature *sig)
{
	for (size_t i = 0; i < sig->name_count; i++) {
		const struct header *field;
		size_t nth = 1;

		for (size_t n = 0; n < i; n++)
			nth += str_ieq(sig->names[n], sig->names[i]);
		field = from_below(canon, own, sig->names[i], nth);
		if (field == NULL)
			continue;
		put_field(sink, field->name, field->value,
			(struct str){ NULL, 0 });
		put(sink, STR("\r\n"));
	}
}

/* Section 3.7: its own field, b= emptied, and no CRLF at the end. */
static void
put_own(struct sink *sink, const struct header *own)
{
	struct str value = own->value;
	struct str rest = value;

	while (rest.p != NULL) {
		struct str part = str_cut(&rest, ';');
		size_t equals = str_index(part, '=');
		size_t begin = (size_t)(part.p - value.p) + equals + 1;
		size_t end = (size_t)(part.p - value.p) + part.n;

		if (equals == part.n ||
			!str_eq(str_trim(str_first(part, equals)), STR("b")))
			continue;
		put_field(sink, own->name, str_first(value, begin),
			str_from(value, end));
		return;
	}
}

int
canon_hash(const struct canon *canon, const struct header *field,
	const struct signature *sig, unsigned char ret[SHA256_SIZE])
{
	struct sink sink = {
		.ctx = EVP_MD_CTX_new(),
		.relaxed = sig->relaxed_header,
	};

	if (sink.ctx == NULL)
		return ERR_NOMEM;
	if (EVP_DigestInit_ex(sink.ctx, EVP_sha256(), NULL) != 1)
		sink.failed = true;
	put_signed(&sink, canon, field, sig);
	put_own(&sink, field);
	if (!sink.failed && EVP_DigestFinal_ex(sink.ctx, ret, NULL) != 1)
		sink.failed = true;
	EVP_MD_CTX_free(sink.ctx);
	return sink.failed ? ERR_NOMEM : 0;
}
