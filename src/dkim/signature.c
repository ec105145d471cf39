#include "dkim/signature.h"
#include "dkim/base64.h"
#include "dns/name.h"

enum { SHOWN_B = 8, SHOWN_MAX = 255 };

struct parse {
	struct arena *arena;
	struct signature *sig;
	struct taglist tags;
	long long now;
};

static int
bad(struct signature *sig, enum auth_result result, const char *reason)
{
	sig->result = result;
	sig->reason = reason;
	return 0;
}

static int
malformed(struct signature *sig, const char *reason)
{
	return bad(sig, AUTH_PERMERROR, reason);
}

static struct str
tag(const struct parse *parse, const char *name)
{
	return taglist_get(&parse->tags, name);
}

/* ---- text ----------------------------------------------------------- */

static bool
is_base64(struct str text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (is_alpha(c) || is_digit(c) || c == '+' || c == '/' ||
			c == '=')
			digits++;
		else if (!is_space(c))
			return false;
	}
	return digits > 0;
}

/* Printable ASCII without white space, of a sane length. */
static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return false;
	return text.n > 0 && text.n <= SHOWN_MAX;
}

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

/* The first count characters that are no white space. */
static struct str
first_characters(struct arena *arena, struct str text, size_t count)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < text.n && sb.n < count; i++)
		if (!is_space(text.p[i]))
			sb_addc(&sb, text.p[i]);
	return sb_done(&sb);
}

/* What stands behind the last @ of i=; "" when there is none. */
static struct str
identity_domain(struct str identity)
{
	size_t at = identity.n;

	while (at > 0 && identity.p[at - 1] != '@')
		at--;
	return at > 0 ? str_from(identity, at) : (struct str){ NULL, 0 };
}

/* ---- what can be shown of any signature ----------------------------- */

static int
show_name(struct arena *arena, struct str value, struct str *ret)
{
	int r = name_normalise(arena, value, ret);

	return r == ERR_NOMEM ? r : 0;
}

/* As it is written, if that is ASCII; else "@domain" in A-labels. */
static int
show_identity(struct arena *arena, struct str value, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str domain = { NULL, 0 };
	int r;

	if (is_ascii(value)) {
		if (is_plain(value))
			*ret = value;
		return 0;
	}
	r = show_name(arena, identity_domain(value), &domain);
	if (r < 0 || domain.n == 0)
		return r;
	sb_addc(&sb, '@');
	sb_add(&sb, domain);
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

static int
show_tag(struct parse *parse, const struct tag *tag)
{
	struct signature *sig = parse->sig;

	if (str_eq(tag->name, STR("d")))
		return show_name(parse->arena, tag->value, &sig->domain);
	if (str_eq(tag->name, STR("s")))
		return show_name(parse->arena, tag->value, &sig->selector);
	if (str_eq(tag->name, STR("i")))
		return show_identity(parse->arena, tag->value, &sig->identity);
	if (str_eq(tag->name, STR("a")) && is_plain(tag->value))
		sig->algorithm = tag->value;
	if (!str_eq(tag->name, STR("b")))
		return 0;
	if (!is_base64(tag->value))
		return 0;
	sig->b = first_characters(parse->arena, tag->value, SHOWN_B);
	return sig->b.p != NULL ? 0 : ERR_NOMEM;
}

/* Read leniently, so that a malformed signature can be told by its tags. */
static int
show(struct parse *parse, struct str value)
{
	struct str rest = value;
	struct tag tag;
	int seen = 0;
	int r = 0;

	while (r >= 0 && seen++ < TAGLIST_MAX) {
		int found = taglist_next(&rest, &tag);

		if (found == 0)
			return 0;
		if (found > 0)
			r = show_tag(parse, &tag);
	}
	return r < 0 ? r : 0;
}

/* ---- the tags, each with its check ----------------------------------- */

static int
check_required(struct parse *parse)
{
	static const char *const names[] = { "v", "a", "b", "bh", "d", "h",
		"s" };
	static const char *const reasons[] = { "no v= tag", "no a= tag",
		"no b= tag", "no bh= tag", "no d= tag", "no h= tag",
		"no s= tag" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (tag(parse, names[i]).n == 0)
			return malformed(parse->sig, reasons[i]);
	if (!str_eq(tag(parse, "v"), STR("1")))
		return malformed(parse->sig, "unknown version");
	return 0;
}

/* RFC 8301 section 3.1: a signature by rsa-sha1 has failed for good. */
static int
check_algorithm(struct parse *parse)
{
	struct str a = tag(parse, "a");

	if (str_eq(a, STR("rsa-sha256")))
		parse->sig->key = SIG_RSA;
	else if (str_eq(a, STR("ed25519-sha256")))
		parse->sig->key = SIG_ED25519;
	else if (str_eq(a, STR("rsa-sha1")))
		return malformed(parse->sig, "rsa-sha1 is not accepted");
	else
		return malformed(parse->sig, "unknown algorithm");
	return 0;
}

static int
check_hashes(struct parse *parse)
{
	struct signature *sig = parse->sig;
	int r = base64_decode(parse->arena, tag(parse, "b"), &sig->signature);

	if (r == ERR_SYNTAX)
		return malformed(sig, "b= is not base64");
	if (r < 0)
		return r;
	r = base64_decode(parse->arena, tag(parse, "bh"), &sig->body_hash);
	if (r == ERR_SYNTAX)
		return malformed(sig, "bh= is not base64");
	return r;
}

static int
check_names(struct parse *parse)
{
	struct signature *sig = parse->sig;
	struct str identity = tag(parse, "i");
	int r;

	if (sig->domain.n == 0)
		return malformed(sig, "d= is not a domain name");
	if (sig->selector.n == 0)
		return malformed(sig, "s= is not a selector");
	sig->identity_domain = sig->domain;
	if (identity.p == NULL)
		return 0;
	r = name_normalise(parse->arena, identity_domain(identity),
		&sig->identity_domain);
	if (r == ERR_NOMEM)
		return r;
	if (r < 0)
		return malformed(sig, "i= is not an identity");
	if (!name_within(sig->identity_domain, sig->domain))
		return malformed(sig, "i= is not within d=");
	return 0;
}

static int
check_canonicalization(struct parse *parse)
{
	struct str rest = tag(parse, "c");
	struct str header, body;

	if (rest.p == NULL)
		return 0;
	header = str_cut(&rest, '/');
	body = rest.p != NULL ? rest : STR("simple");
	parse->sig->relaxed_header = str_eq(header, STR("relaxed"));
	if (!parse->sig->relaxed_header && !str_eq(header, STR("simple")))
		return malformed(parse->sig, "unknown canonicalization");
	parse->sig->relaxed_body = str_eq(body, STR("relaxed"));
	if (!parse->sig->relaxed_body && !str_eq(body, STR("simple")))
		return malformed(parse->sig, "unknown canonicalization");
	return 0;
}

/* q=: one of the methods must be dns/txt. */
static int
check_query(struct parse *parse)
{
	struct str rest = tag(parse, "q");

	if (rest.p == NULL)
		return 0;
	while (rest.p != NULL)
		if (str_eq(str_trim(str_cut(&rest, ':')), STR("dns/txt")))
			return 0;
	return malformed(parse->sig, "unknown query method");
}

static int
check_limit(struct parse *parse)
{
	struct str l = tag(parse, "l");

	if (l.p == NULL)
		return 0;
	if (!str_to_ulong(l, 1UL << 48, &parse->sig->limit))
		return malformed(parse->sig, "l= is not a body length");
	parse->sig->has_limit = true;
	return 0;
}

static int
check_times(struct parse *parse)
{
	struct str t = tag(parse, "t"), x = tag(parse, "x");
	unsigned long made = 0, expires = 0;

	if (t.p != NULL && !str_to_ulong(t, 1UL << 48, &made))
		return malformed(parse->sig, "t= is not a time");
	if (x.p != NULL && !str_to_ulong(x, 1UL << 48, &expires))
		return malformed(parse->sig, "x= is not a time");
	if (t.p != NULL && x.p != NULL && expires <= made)
		return malformed(parse->sig, "x= is not after t=");
	if (x.p != NULL && (long long)expires + SIG_CLOCK_DRIFT < parse->now)
		return bad(parse->sig, AUTH_FAIL, "signature expired");
	if (t.p != NULL && (long long)made - SIG_CLOCK_DRIFT > parse->now)
		return bad(parse->sig, AUTH_FAIL, "signed in the future");
	return 0;
}

/* The names of h= into the signature; false when one is empty. */
static bool
split_names(struct signature *sig, struct str list)
{
	struct str rest = list;

	while (rest.p != NULL) {
		struct str name = str_trim(str_cut(&rest, ':'));

		if (name.n == 0)
			return false;
		sig->names[sig->name_count++] = name;
	}
	return true;
}

static int
check_fields(struct parse *parse)
{
	struct signature *sig = parse->sig;
	struct str list = tag(parse, "h");
	size_t count = 1;

	for (size_t i = 0; i < list.n; i++)
		count += list.p[i] == ':';
	if (count > SIG_NAMES_MAX)
		return malformed(sig, "h= is too long");
	sig->names = arena_array(parse->arena, count, sizeof(*sig->names));
	if (sig->names == NULL)
		return ERR_NOMEM;
	if (!split_names(sig, list))
		return malformed(sig, "h= is not a list of field names");
	if (signature_covers(sig, STR("From")) == 0)
		return malformed(sig, "From is not signed");
	return 0;
}

static int (*const checks[])(struct parse *parse) = {
	check_required,
	check_algorithm,
	check_hashes,
	check_names,
	check_canonicalization,
	check_query,
	check_limit,
	check_fields,
	check_times,
};

int
signature_parse(struct arena *arena, struct str value, long long now,
	struct signature *ret)
{
	struct signature sig = { .result = AUTH_NONE };
	struct parse parse = { .arena = arena, .sig = &sig, .now = now };
	int r = show(&parse, value);

	if (r < 0)
		return r;
	r = taglist_parse(arena, value, &parse.tags);
	if (r == ERR_NOMEM)
		return r;
	if (value.n > SIG_FIELD_MAX)
		malformed(&sig, "signature field too long");
	else if (r < 0)
		malformed(&sig, "malformed signature");
	r = 0;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && r == 0 &&
		sig.result == AUTH_NONE; i++)
		r = checks[i](&parse);
	*ret = sig;
	return r;
}

int
signature_domain(struct arena *arena, struct str value, struct str *ret)
{
	struct str rest = value;
	struct tag tag;
	int found;

	for (int seen = 0; seen < TAGLIST_MAX; seen++) {
		found = taglist_next(&rest, &tag);
		if (found == 0)
			break;
		if (found > 0 && str_eq(tag.name, STR("d")))
			return show_name(arena, tag.value, ret);
	}
	return 0;
}

unsigned
signature_covers(const struct signature *sig, struct str name)
{
	unsigned count = 0;

	for (size_t i = 0; i < sig->name_count; i++)
		count += str_ieq(sig->names[i], name);
	return count;
}
