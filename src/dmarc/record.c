#include "dmarc/record.h"

#include "base/strbuf.h"

enum tag_id {
	TAG_P,
	TAG_SP,
	TAG_NP,
	TAG_ADKIM,
	TAG_ASPF,
	TAG_PSD,
	TAG_T,
	TAG_FO,
	TAG_RUA,
	TAG_RUF,
	TAG_COUNT,
};

static const char *const tag_names[TAG_COUNT] = {
	[TAG_P] = "p",
	[TAG_SP] = "sp",
	[TAG_NP] = "np",
	[TAG_ADKIM] = "adkim",
	[TAG_ASPF] = "aspf",
	[TAG_PSD] = "psd",
	[TAG_T] = "t",
	[TAG_FO] = "fo",
	[TAG_RUA] = "rua",
	[TAG_RUF] = "ruf",
};

struct tag_value {
	bool seen;  /* the name was there */
	bool valid; /* once, and with bytes that a value may have */
	struct str text;
};

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static struct str
trim_wsp(struct str s)
{
	while (s.n > 0 && is_wsp(s.p[0]))
		s = str_from(s, 1);
	while (s.n > 0 && is_wsp(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Name and value of one "name = value"; false without an '='. */
static bool
split_tag(struct str part, struct str *name, struct str *value)
{
	size_t at = str_index(part, '=');

	*name = trim_wsp(str_first(part, at));
	*value = trim_wsp(str_from(part, at + 1));
	return at < part.n;
}

bool
record_is_dmarc(struct str text)
{
	struct str first = str_cut(&text, ';'), name, value;

	return first.n > 0 && first.p[0] == 'v' &&
		split_tag(first, &name, &value) && str_eq(name, STR("v")) &&
		str_eq(value, STR("DMARC1"));
}

/* dmarc-value: printable ASCII; a semicolon cannot be here. */
static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

static void
take_tag(struct str part, struct tag_value tags[TAG_COUNT])
{
	struct str name, value;
	bool equals = split_tag(part, &name, &value);

	for (int i = 0; i < TAG_COUNT; i++) {
		struct tag_value *tag = &tags[i];

		if (!str_eq(name, str_of(tag_names[i])))
			continue;
		tag->valid = !tag->seen && equals && is_value(value);
		tag->seen = true;
		tag->text = value;
	}
}

/* Which of the one-letter values is it?  fallback when none or not given. */
static int
letter(const struct tag_value *tag, const char *letters, int fallback)
{
	const char *hit;

	if (!tag->valid || tag->text.n != 1)
		return fallback;
	hit = strchr(letters, to_lower(tag->text.p[0]));
	return hit != NULL ? (int)(hit - letters) : fallback;
}

/*
 * dmarc-fo: 0 or 1 but not both, d, s, each at most once.  0 when malformed.
 */
static unsigned
parse_fo(struct str text)
{
	static const char letters[] = "01ds";
	unsigned fo = 0;

	while (text.p != NULL) {
		struct str part = str_cut(&text, ':');
		const char *hit = part.n == 1 ?
			strchr(letters, to_lower(part.p[0])) : NULL;
		unsigned bit;

		if (hit == NULL || *hit == '\0')
			return 0;
		bit = 1U << (hit - letters);
		if ((fo & bit) != 0)
			return 0;
		fo |= bit;
	}
	return (fo & FO_ALL) != 0 && (fo & FO_ANY) != 0 ? 0 : fo;
}

static bool
is_hex(char c)
{
	return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

/* The characters of RFC 3986, escapes whole; '!' and ',' must be escaped. */
static bool
is_uri_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			if (i + 2 >= s.n || !is_hex(s.p[i + 1]) ||
				!is_hex(s.p[i + 2]))
				return false;
			continue;
		}
		if (!is_alpha(c) && !is_digit(c) && (c == '\0' ||
			strchr("-._~:/?#[]@$&'()*+;=", c) == NULL))
			return false;
	}
	return true;
}

/* A valid URI; *scheme is what stands before the colon. */
static bool
is_uri(struct str uri, struct str *scheme)
{
	*scheme = str_first(uri, str_index(uri, ':'));
	if (scheme->n == 0 || scheme->n == uri.n || !is_alpha(scheme->p[0]))
		return false;
	for (size_t i = 0; i < scheme->n; i++) {
		char c = scheme->p[i];

		if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' &&
			c != '.')
			return false;
	}
	return uri.n > scheme->n + 1 && is_uri_text(uri);
}

/* Someone at somewhere, before any "?subject=". */
static bool
is_mailto(struct str address)
{
	size_t at;

	address = str_first(address, str_index(address, '?'));
	at = str_index(address, '@');
	return at > 0 && at + 1 < address.n &&
		str_index(str_from(address, at + 1), '@') + at + 1 == address.n;
}

/* Cut off obs-dmarc-report-size, "!10m"; it is ignored. */
static struct str
without_size(struct str uri)
{
	size_t at = str_index(uri, '!');
	struct str size = str_from(uri, at + 1);

	if (size.n > 1 && strchr("kmgt", to_lower(size.p[size.n - 1])) != NULL)
		size.n--;
	if (size.n == 0)
		return uri;
	for (size_t i = 0; i < size.n; i++)
		if (!is_digit(size.p[i]))
			return uri;
	return str_first(uri, at);
}

static int
parse_uris(struct arena *arena, struct str text, struct dmarc_uris *uris)
{
	size_t room = 1;

	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == ',';
	uris->list = arena_array(arena, room, sizeof(*uris->list));
	if (uris->list == NULL)
		return ERR_NOMEM;
	while (text.p != NULL) {
		struct str uri = without_size(trim_wsp(str_cut(&text, ',')));
		struct str scheme;
		bool mailto;

		if (!is_uri(uri, &scheme))
			continue;
		mailto = str_ieq(scheme, STR("mailto"));
		if (mailto && !is_mailto(str_from(uri, scheme.n + 1)))
			continue;
		uris->any_valid = true;
		if (!mailto)
			continue;
		uri = arena_copy(arena, uri);
		if (uri.p == NULL)
			return ERR_NOMEM;
		uris->list[uris->count++] = uri;
	}
	return 0;
}

/* p, sp and np, their fallbacks, and whether DMARC applies at all. */
static void
decide_policies(const struct tag_value tags[TAG_COUNT],
	struct dmarc_record *r)
{
	enum dmarc_policy value[TAG_COUNT] = { 0 };
	bool valid[TAG_COUNT] = { false };

	for (int i = TAG_P; i <= TAG_NP; i++)
		valid[i] = tags[i].valid &&
			dmarc_policy_parse(tags[i].text, &value[i]);
	if (!valid[TAG_P] || (tags[TAG_SP].seen && !valid[TAG_SP]) ||
		(tags[TAG_NP].seen && !valid[TAG_NP])) {
		r->applies = r->rua.any_valid;
		r->p = r->sp = r->np = DMARC_POLICY_NONE;
		return;
	}
	r->applies = true;
	r->sp_given = valid[TAG_SP];
	r->np_given = valid[TAG_NP];
	r->p = value[TAG_P];
	r->sp = r->sp_given ? value[TAG_SP] : r->p;
	r->np = r->np_given ? value[TAG_NP] : r->sp;
}

static void
add_uris(struct strbuf *sb, const char *tag, const struct dmarc_uris *uris)
{
	for (size_t i = 0; i < uris->count; i++) {
		sb_addz(sb, i == 0 ? tag : ",");
		sb_add(sb, uris->list[i]);
	}
}

static void
add_fo(struct strbuf *sb, unsigned fo)
{
	const char *sep = "; fo=";

	if (fo == FO_ALL)
		return;
	for (unsigned i = 0; i < 4; i++) {
		if ((fo & 1U << i) == 0)
			continue;
		sb_addz(sb, sep);
		sb_addc(sb, "01ds"[i]);
		sep = ":";
	}
}

static struct str
normalised(struct arena *arena, const struct dmarc_record *r)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "v=DMARC1");
	if (r->applies)
		sb_addf(&sb, "; p=%s", dmarc_policy_text(r->p));
	if (r->sp_given)
		sb_addf(&sb, "; sp=%s", dmarc_policy_text(r->sp));
	if (r->np_given)
		sb_addf(&sb, "; np=%s", dmarc_policy_text(r->np));
	sb_addz(&sb, r->strict_dkim ? "; adkim=s" : "");
	sb_addz(&sb, r->strict_spf ? "; aspf=s" : "");
	if (r->psd != PSD_UNKNOWN)
		sb_addz(&sb, r->psd == PSD_YES ? "; psd=y" : "; psd=n");
	sb_addz(&sb, r->testing ? "; t=y" : "");
	add_uris(&sb, "; rua=", &r->rua);
	add_uris(&sb, "; ruf=", &r->ruf);
	add_fo(&sb, r->fo);
	return sb_done(&sb);
}

int
record_parse(struct arena *arena, struct str text, struct dmarc_record *ret)
{
	struct tag_value tags[TAG_COUNT] = { 0 };
	struct dmarc_record r = { .fo = FO_ALL };
	int err = 0;

	if (!record_is_dmarc(text))
		return ERR_SYNTAX;
	str_cut(&text, ';');
	while (text.p != NULL)
		take_tag(str_cut(&text, ';'), tags);

	if (tags[TAG_RUA].valid)
		err = parse_uris(arena, tags[TAG_RUA].text, &r.rua);
	if (err == 0 && tags[TAG_RUF].valid)
		err = parse_uris(arena, tags[TAG_RUF].text, &r.ruf);
	if (err != 0)
		return err;
	decide_policies(tags, &r);
	r.strict_dkim = letter(&tags[TAG_ADKIM], "rs", 0) == 1;
	r.strict_spf = letter(&tags[TAG_ASPF], "rs", 0) == 1;
	r.psd = (enum dmarc_psd)letter(&tags[TAG_PSD], "uyn", PSD_UNKNOWN);
	r.testing = letter(&tags[TAG_T], "ny", 0) == 1;
	if (tags[TAG_FO].valid && r.ruf.count > 0)
		r.fo = parse_fo(tags[TAG_FO].text);
	if (r.fo == 0)
		r.fo = FO_ALL;
	r.text = normalised(arena, &r);
	if (r.text.p == NULL)
		return ERR_NOMEM;
	*ret = r;
	return 0;
}
