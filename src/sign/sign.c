#include "sign/sign.h"

#include <openssl/evp.h>
#include <time.h>

static const struct str signature_name = STR("DKIM-Signature");

enum {
	NAMES_MAX = 200, /* fields in h=; the library's room is limited, too */
	NAMES_BYTES = 3500,
	PIECE = 60, /* characters of h= and b= in a line */
};

struct signing {
	struct arena *arena;
	const struct sign_options *options;
	const struct headers *headers;
	struct dk_message *body;
	long long now;
};

/* ---- which fields ----------------------------------------------------- */

/*
 * What a reader is shown or a program acts on.  Never those that are added,
 * changed or removed on the way: Received, Return-Path, Bcc, Authentication-
 * Results, and the signatures of others.
 */
static const struct {
	struct str name;
	bool once; /* a message has one; sign that there is no second */
} signed_fields[] = {
	{ STR("From"), true },
	{ STR("Sender"), true },
	{ STR("Reply-To"), true },
	{ STR("Subject"), true },
	{ STR("Date"), true },
	{ STR("Message-ID"), true },
	{ STR("To"), true },
	{ STR("Cc"), true },
	{ STR("In-Reply-To"), true },
	{ STR("References"), true },
	{ STR("MIME-Version"), true },
	{ STR("Content-Type"), true },
	{ STR("Content-Transfer-Encoding"), true },
};

enum { SIGNED_FIELDS = sizeof(signed_fields) / sizeof(signed_fields[0]) };

/* Could the name break the list in h=? */
static bool
is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) &&
			name.p[i] != '-' && name.p[i] != '_')
			return false;
	return true;
}

bool
sign_covers(struct str name)
{
	if (!is_plain(name))
		return false;
	for (size_t i = 0; i < SIGNED_FIELDS; i++)
		if (str_ieq(signed_fields[i].name, name))
			return true;
	return str_istarts(name, STR("Content-")) ||
		str_istarts(name, STR("List-")) ||
		str_istarts(name, STR("Resent-"));
}

/* h= as it grows: pieces without white space, a line each. */
struct names {
	struct fold *fold;
	struct strbuf piece;
	size_t count;
	size_t bytes;
};

/* Failure must stick: the field is written twice, and equal both times. */
static void
add_piece(struct fold *fold, struct strbuf *piece)
{
	struct str text = sb_done(piece);

	if (text.p == NULL)
		fold->sb.failed = true;
	else
		fold_add(fold, text);
}

static void
add_name(struct names *names, struct str name)
{
	if (names->count == NAMES_MAX ||
		names->bytes + name.n + 1 > NAMES_BYTES)
		return;
	sb_add(&names->piece, names->count == 0 ? STR("h=") : STR(":"));
	if (names->piece.n + name.n > PIECE) {
		add_piece(names->fold, &names->piece);
		names->piece = sb_new(names->piece.arena);
	}
	sb_add(&names->piece, name);
	names->count++;
	names->bytes += name.n + 1;
}

/*
 * A name for each field that there is, and once more those that must not get
 * a second one.  These come first: they must not fall victim to the limit.
 * Absent ones are left open, for an MTA adds Date and Message-ID after us.
 */
static void
add_names(struct fold *fold, const struct headers *headers,
	struct arena *arena)
{
	struct names names = { .fold = fold, .piece = sb_new(arena) };

	for (size_t i = 0; i < SIGNED_FIELDS; i++) {
		struct str name = signed_fields[i].name;
		unsigned count = headers_count(headers, name);

		for (unsigned n = 0; n < count; n++)
			add_name(&names, name);
		if (signed_fields[i].once && count > 0)
			add_name(&names, name);
	}
	for (size_t i = 0; i < headers->count; i++) {
		struct str name = headers->fields[i].name;
		bool listed = false;

		for (size_t n = 0; n < SIGNED_FIELDS && !listed; n++)
			listed = str_ieq(signed_fields[n].name, name);
		if (!listed && sign_covers(name))
			add_name(&names, name);
	}
	sb_addc(&names.piece, ';');
	add_piece(fold, &names.piece);
}

/* ---- the field -------------------------------------------------------- */

static void
add_base64(struct fold *fold, struct arena *arena, struct str text)
{
	struct str name = STR("b=");

	while (text.n > 0) {
		struct strbuf sb = sb_new(arena);

		sb_add(&sb, name);
		sb_add(&sb, str_first(text, PIECE));
		add_piece(fold, &sb);
		text = str_from(text, PIECE);
		name = (struct str){ NULL, 0 };
	}
}

/* The field; bh and b in base64. */
static struct str
write_field(const struct signing *s, struct str bh, struct str b)
{
	struct fold fold = fold_new(s->arena, signature_name);

	fold_add(&fold, STR("v=1;"));
	fold_add(&fold, STR("a=rsa-sha256;"));
	fold_add(&fold, STR("c=relaxed/relaxed;"));
	fold_addf(&fold, "d=%.*s;", STR_ARG(s->options->domain));
	fold_addf(&fold, "s=%.*s;", STR_ARG(s->options->selector));
	fold_addf(&fold, "t=%lld;", s->now);
	add_names(&fold, s->headers, s->arena);
	fold_addf(&fold, "bh=%.*s;", STR_ARG(bh));
	add_base64(&fold, s->arena, b);
	return fold_done(&fold);
}

/* ---- the hashes ------------------------------------------------------- */

/* For a signature that is still to be made: the library wants one. */
static const struct str no_base64 = STR("AAAA");

/*
 * The library only computes a body hash for a signature, and the header hash
 * needs a field with the body hash.  So the body goes with a field that serves
 * nothing else, and the header is hashed at the end.
 */
static int
begin_body(struct signing *s)
{
	struct strbuf sb = sb_new(s->arena);
	struct str value;
	int r;

	sb_addf(&sb, " v=1; a=rsa-sha256; c=relaxed/relaxed; d=%.*s; s=%.*s;",
		STR_ARG(s->options->domain), STR_ARG(s->options->selector));
	sb_addz(&sb, " h=From; bh=AAAA; b=AAAA");
	value = sb_done(&sb);
	if (value.p == NULL)
		return ERR_NOMEM;
	r = dk_message_new(s->arena, s->options->library, 0, &s->body);
	if (r == 0)
		r = dk_field(s->body, signature_name, value);
	if (r == 0)
		r = dk_fields_end(s->body);
	return r;
}

static int
body_hash(struct signing *s, struct str *ret)
{
	unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE];
	char *text = arena_alloc(s->arena, DK_HASH_SIZE * 2);
	int r = dk_end(s->body);

	if (text == NULL)
		return ERR_NOMEM;
	if (r == 0)
		r = dk_hashes(s->body, 0, header, body);
	if (r < 0)
		return r;
	r = EVP_EncodeBlock((unsigned char *)text, body, DK_HASH_SIZE);
	*ret = (struct str){ text, (size_t)r };
	return 0;
}

static int
feed_header(const struct signing *s, struct dk_message *library)
{
	int r = 0;

	for (size_t i = 0; i < s->headers->count && r == 0; i++) {
		const struct header *field = &s->headers->fields[i];

		if (sign_covers(field->name))
			r = dk_field(library, field->name, field->value);
	}
	return r;
}

static int
header_hash(const struct signing *s, struct str field,
	unsigned char hash[DK_HASH_SIZE])
{
	unsigned char body[DK_HASH_SIZE];
	struct dk_message *library;
	int r = dk_message_new(s->arena, s->options->library, 0, &library);

	if (r == 0)
		r = dk_field(library, signature_name, field);
	if (r == 0)
		r = feed_header(s, library);
	if (r == 0)
		r = dk_fields_end(library);
	if (r == 0)
		r = dk_end(library);
	if (r == 0)
		r = dk_hashes(library, 0, hash, body);
	return r;
}

/* ---- a message --------------------------------------------------------- */

static bool
has_nul(const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		struct str value = headers->fields[i].value;

		if (sign_covers(headers->fields[i].name) &&
			str_index(value, '\0') < value.n)
			return true;
	}
	return false;
}

int
signing_new(struct arena *arena, const struct sign_options *options,
	const struct headers *headers, struct signing **ret)
{
	struct signing *s = arena_alloc(arena, sizeof(*s));
	int r;

	if (s == NULL)
		return ERR_NOMEM;
	if (has_nul(headers))
		return ERR_SYNTAX;
	s->arena = arena;
	s->options = options;
	s->headers = headers;
	s->now = (long long)time(NULL);
	r = begin_body(s);
	if (r == 0)
		*ret = s;
	return r;
}

int
signing_body(struct signing *signing, struct str chunk)
{
	return dk_body(signing->body, chunk);
}

int
signing_end(struct signing *s, struct str *ret)
{
	unsigned char hash[DK_HASH_SIZE];
	struct str bh, b, field;
	int r;

	if (dk_bare_newline(s->body))
		return ERR_SYNTAX;
	r = body_hash(s, &bh);
	if (r < 0)
		return r;
	field = write_field(s, bh, no_base64);
	if (field.p == NULL)
		return ERR_NOMEM;
	r = header_hash(s, field, hash);
	if (r == 0)
		r = sign_key_sign(s->options->key, hash, s->arena, &b);
	if (r < 0)
		return r;
	field = write_field(s, bh, b);
	if (field.p == NULL)
		return ERR_NOMEM;
	*ret = field;
	return 0;
}
