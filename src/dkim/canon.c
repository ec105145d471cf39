#include "dkim/canon.h"

/* Where the canonical text goes; its failures stick. */
struct sink {
	EVP_MD_CTX *ctx;
	bool relaxed;
	bool failed;
};

static void
put(struct sink *sink, struct str text)
{
	if (text.n > 0 && EVP_DigestUpdate(sink->ctx, text.p, text.n) != 1)
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

/* The nth field of that name from the bottom, own one not counted; or NULL. */
static const struct header *
from_below(const struct headers *headers, const struct header *own,
	struct str name, size_t nth)
{
	for (size_t i = headers->count; i > 0; i--) {
		const struct header *field = &headers->fields[i - 1];

		if (field != own && str_ieq(str_trim(field->name), name) &&
			--nth == 0)
			return field;
	}
	return NULL;
}

/* Section 5.4.2: a name that comes again means the next field above. */
static void
put_signed(struct sink *sink, const struct headers *headers,
	const struct header *own, const struct signature *sig)
{
	for (size_t i = 0; i < sig->name_count; i++) {
		const struct header *field;
		size_t nth = 1;

		for (size_t n = 0; n < i; n++)
			nth += str_ieq(sig->names[n], sig->names[i]);
		field = from_below(headers, own, sig->names[i], nth);
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
canon_hash(const struct headers *headers, const struct header *field,
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
	put_signed(&sink, headers, field, sig);
	put_own(&sink, field);
	if (EVP_DigestFinal_ex(sink.ctx, ret, NULL) != 1)
		sink.failed = true;
	EVP_MD_CTX_free(sink.ctx);
	return sink.failed ? ERR_NOMEM : 0;
}
