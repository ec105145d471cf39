#include "sign/sign.h"
#include "sign/risk.h"

#include <openssl/evp.h>
#include <time.h>

static const struct str signature_name = STR("DKIM-Signature");

enum { PIECE = 60 /* characters of b= in a line */ };

struct signing {
	struct arena *arena;
	const struct sign_options *options;
	const struct signers *signers;
	struct field_choice fields;
	struct dk_message *body;
	long long now;
};

/* ---- the field -------------------------------------------------------- */

static const char *
canonicalization(const struct sign_options *options)
{
	static const char *const names[2][2] = {
		{ "relaxed/relaxed", "relaxed/simple" },
		{ "simple/relaxed", "simple/simple" },
	};

	return names[options->simple_header][options->simple_body];
}

/* Failure must stick: the field is written twice, and equal both times. */
static void
add_base64(struct fold *fold, struct arena *arena, struct str text)
{
	struct str name = STR("b=");

	while (text.n > 0) {
		struct strbuf sb = sb_new(arena);
		struct str piece;

		sb_add(&sb, name);
		sb_add(&sb, str_first(text, PIECE));
		piece = sb_done(&sb);
		if (piece.p == NULL)
			fold->sb.failed = true;
		else
			fold_add(fold, piece);
		text = str_from(text, PIECE);
		name = (struct str){ NULL, 0 };
	}
}

/* The field of a signer; bh and b in base64. */
static struct str
write_field(const struct signing *s, const struct signer *signer,
	struct str bh, struct str b)
{
	const struct sign_options *o = s->options;
	struct fold fold = fold_new(s->arena, signature_name);

	fold_add(&fold, STR("v=1;"));
	fold_addf(&fold, "a=%.*s;", STR_ARG(sign_key_algorithm(signer->key)));
	fold_addf(&fold, "c=%s;", canonicalization(o));
	fold_addf(&fold, "d=%.*s;", STR_ARG(signer->domain));
	fold_addf(&fold, "s=%.*s;", STR_ARG(signer->selector));
	if (signer->identity.n > 0)
		fold_addf(&fold, "i=%.*s;", STR_ARG(signer->identity));
	fold_addf(&fold, "t=%lld;", s->now);
	if (o->lifetime > 0)
		fold_addf(&fold, "x=%lld;", s->now + o->lifetime);
	fields_write(&s->fields, &fold, s->arena);
	fold_addf(&fold, "bh=%.*s;", STR_ARG(bh));
	add_base64(&fold, s->arena, b);
	return fold_done(&fold);
}

/* ---- the hashes ------------------------------------------------------- */

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

	sb_addf(&sb, " v=1; a=rsa-sha256; c=%s; d=example.org; s=s;",
		canonicalization(s->options));
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
	const struct headers *headers = s->fields.headers;
	int r = 0;

	for (size_t i = 0; i < headers->count && r == 0; i++) {
		const struct header *field = &headers->fields[i];

		if (fields_cover(&s->fields, field->name))
			r = dk_field(library, field->name, field->value);
	}
	return r;
}

/* The field as it will stand, with a b= that has the length of the true one:
 * it must be folded alike. */
static int
feed_signature(const struct signing *s, const struct signer *signer,
	struct str bh, struct dk_message *library)
{
	size_t n = sign_key_text_size(signer->key);
	char *b = arena_alloc(s->arena, n);
	struct strbuf sb = sb_new(s->arena);
	struct str value;

	if (b == NULL)
		return ERR_NOMEM;
	memset(b, 'A', n);
	value = write_field(s, signer, bh, (struct str){ b, n });
	if (value.p == NULL)
		return ERR_NOMEM;
	sb_addc(&sb, ' ');
	sb_add(&sb, value);
	value = sb_done(&sb);
	return value.p != NULL ? dk_field(library, signature_name, value) :
				 ERR_NOMEM;
}

/* All signatures in one message: each is hashed by itself. */
static int
hash_headers(const struct signing *s, struct str bh,
	struct dk_message **ret)
{
	struct dk_message *library;
	int r = dk_message_new(s->arena, s->options->library, 0, &library);

	for (size_t i = 0; i < s->signers->count && r == 0; i++)
		r = feed_signature(s, &s->signers->list[i], bh, library);
	if (r == 0)
		r = feed_header(s, library);
	if (r == 0)
		r = dk_fields_end(library);
	if (r == 0)
		r = dk_end(library);
	if (r == 0)
		*ret = library;
	return r;
}

/* ---- a message --------------------------------------------------------- */

/*
 * Signed or not, verifiers refuse a message with NUL; and From cannot be left
 * out as other fields are.
 */
static bool
is_unfit(const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const struct header *field = &headers->fields[i];

		if (str_index(field->value, '\0') < field->value.n ||
			(str_ieq(field->name, STR("From")) &&
				risk_has_control(field)))
			return true;
	}
	return false;
}

int
signing_new(struct arena *arena, const struct sign_options *options,
	const struct signers *signers, const struct headers *headers,
	struct signing **ret)
{
	struct signing *s = arena_alloc(arena, sizeof(*s));
	int r;

	if (s == NULL)
		return ERR_NOMEM;
	s->arena = arena;
	s->options = options;
	s->signers = signers;
	s->now = (long long)time(NULL);
	r = fields_choose(arena, &options->fields, headers,
		options->simple_header, &s->fields);
	if (r < 0)
		return r;
	if (is_unfit(headers))
		return ERR_SYNTAX;
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

static int
make_signature(const struct signing *s, struct dk_message *library,
	size_t index, struct str bh, struct str *ret)
{
	const struct signer *signer = &s->signers->list[index];
	unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE];
	struct str b;
	int r = dk_hashes(library, index, header, body);

	if (r == 0)
		r = sign_key_sign(signer->key, header, s->arena, &b);
	if (r < 0)
		return r;
	*ret = write_field(s, signer, bh, b);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

int
signing_end(struct signing *s, struct str ret[SIGNERS_MAX])
{
	struct dk_message *library = NULL;
	struct str bh;
	int r;

	if (dk_bare_newline(s->body))
		return ERR_SYNTAX;
	r = body_hash(s, &bh);
	if (r == 0)
		r = hash_headers(s, bh, &library);
	for (size_t i = 0; i < s->signers->count && r == 0; i++)
		r = make_signature(s, library, i, bh, &ret[i]);
	return r;
}
