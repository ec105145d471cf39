/*
 * struct results into the text of the field, and back.
 */
#include "mail/authres.h"

#include "mail/address.h"

#include <limits.h>

/* ---- writing ------------------------------------------------------------ */

/*
 * A line may have 998 bytes, and quoting may double the size.  A domain has 253
 * at most.
 */
enum { VALUE_MAX = 400 };

/* The field being written: tokens are held back by one, for the semicolon. */
struct writer {
	struct arena *arena;
	struct fold fold;
	struct str last;
};

/* token.p is NULL when it could not be made. */
static void
put(struct writer *w, struct str token)
{
	if (token.p == NULL)
		w->fold.sb.failed = true;
	if (w->last.n > 0)
		fold_add(&w->fold, w->last);
	w->last = token;
}

/* End what was put last by a semicolon and begin a resinfo. */
static void
begin(struct writer *w, const char *method, enum auth_result result)
{
	struct strbuf end = sb_new(w->arena), next = sb_new(w->arena);

	sb_add(&end, w->last);
	sb_addc(&end, ';');
	w->last = sb_done(&end);
	sb_addz(&next, method);
	sb_addc(&next, '=');
	sb_addz(&next, auth_result_text(result));
	put(w, sb_done(&next));
	fold_break(&w->fold);
	if (end.failed)
		w->fold.sb.failed = true;
}

static bool
is_token_char(char c)
{
	return is_alpha(c) || is_digit(c) ||
		(c != '\0' && strchr("!#$%&'*+-.^_`{|}~", c) != NULL);
}

static bool
is_token(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_token_char(text.p[i]))
			return false;
	return text.n > 0;
}

/* An address that stands without quotes, or a domain with its '@'. */
static bool
is_address(struct str text)
{
	struct str rest = text;
	struct str local = str_cut(&rest, '@');

	for (size_t i = 0; i < local.n; i++)
		if (!is_token_char(local.p[i]) &&
			memchr("/=?", local.p[i], 3) == NULL)
			return false;
	return is_token(rest);
}

static void
add_quoted(struct strbuf *sb, struct str value)
{
	sb_addc(sb, '"');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '"' || c == '\\')
			sb_addc(sb, '\\');
		sb_addc(sb, c >= ' ' && c < 0x7f ? c : '?');
	}
	sb_addc(sb, '"');
}

/*
 * "key=value"; nothing for an empty value, and the beginning of a long one.  A
 * reason cannot be an address.
 */
static void
pair(struct writer *w, const char *key, struct str value)
{
	struct strbuf sb = sb_new(w->arena);

	if (value.n == 0)
		return;
	value = str_first(value, VALUE_MAX);
	sb_addz(&sb, key);
	sb_addc(&sb, '=');
	if (is_token(value) || (strchr(key, '.') && is_address(value)))
		sb_add(&sb, value);
	else
		add_quoted(&sb, value);
	put(w, sb_done(&sb));
}

static void
flag(struct writer *w, const char *key, bool set)
{
	if (set)
		pair(w, key, STR("yes"));
}

static void
write_spf(struct writer *w, const struct spf_results *spf, bool detail)
{
	begin(w, "spf", spf->mail_from);
	pair(w, "reason", spf->reason);
	/* A local part can be anything: left out if it needs quotes, or if it
	 * is too long. */
	if (spf->mail_from_domain.n > 0 &&
		spf->mail_from_address.n <= VALUE_MAX &&
		is_address(spf->mail_from_address))
		pair(w, "smtp.mailfrom", spf->mail_from_address);
	else
		pair(w, "smtp.mailfrom", spf->mail_from_domain);
	if (detail)
		pair(w, "policy.domain", spf->mail_from_domain);
	if (!spf->helo_known || spf->helo_name.n == 0)
		return;
	begin(w, "spf", spf->helo);
	pair(w, "smtp.helo", spf->helo_name);
}

static void
write_signature(struct writer *w, const struct dkim_result *sig,
	unsigned parts)
{
	struct strbuf bits = sb_new(w->arena);

	begin(w, "dkim", sig->result);
	pair(w, "reason", sig->reason);
	pair(w, "header.d", sig->domain);
	pair(w, "header.i", sig->identity);
	pair(w, "header.s", sig->selector);
	pair(w, "header.a", sig->algorithm);
	pair(w, "header.b", sig->b);
	if ((parts & AUTHRES_DNSSEC) && sig->key_bits > 0)
		pair(w, "dns.sec", sig->dnssec ? STR("yes") : STR("no"));
	if (!(parts & AUTHRES_DETAIL))
		return;
	sb_addf(&bits, "%u", sig->key_bits);
	pair(w, "policy.bits", sb_done(&bits));
	flag(w, "policy.partial", sig->partial_body);
	flag(w, "policy.discounted", sig->discounted);
	flag(w, "policy.dnssec", sig->dnssec);
	flag(w, "policy.test", sig->test);
}

static void
write_dkim(struct writer *w, const struct dkim_results *dkim, unsigned parts)
{
	if (dkim->count == 0)
		begin(w, "dkim", AUTH_NONE);
	for (size_t i = 0; i < dkim->count; i++)
		write_signature(w, &dkim->sigs[i], parts);
}

static void
write_dmarc(struct writer *w, const struct dmarc_results *dmarc)
{
	begin(w, "dmarc", dmarc->result);
	pair(w, "reason", dmarc->reason);
	pair(w, "header.from", dmarc->author_domain);
	if (dmarc->has_policy)
		pair(w, "policy.dmarc",
			str_of(dmarc_policy_text(dmarc->applied)));
}

struct fold
authres_write(struct arena *arena, struct str id,
	const struct results *results, unsigned parts)
{
	struct writer w = { .arena = arena, .last = id,
		.fold = fold_new(arena, AUTHRES_NAME) };
	bool spf = (parts & AUTHRES_SPF) && results->spf.known;
	bool dkim = (parts & AUTHRES_DKIM) && results->dkim.known;
	bool dmarc = (parts & AUTHRES_DMARC) && results->dmarc.known;
	bool detail = parts & AUTHRES_DETAIL;

	if (spf)
		write_spf(&w, &results->spf, detail);
	if (dkim)
		write_dkim(&w, &results->dkim, parts);
	if (dmarc)
		write_dmarc(&w, &results->dmarc);
	if (!spf && !dkim && !dmarc) {
		fold_addf(&w.fold, "%.*s;", STR_ARG(id));
		w.last = STR("none");
	}
	fold_add(&w.fold, w.last);
	return w.fold;
}

/* ---- reading ------------------------------------------------------------ */

static struct str
property(const struct authres_method *m, struct str ptype, struct str name)
{
	for (size_t i = 0; i < m->prop_count; i++)
		if (str_ieq(m->props[i].ptype, ptype) &&
			str_ieq(m->props[i].name, name))
			return m->props[i].value;
	return (struct str){ NULL, 0 };
}

/* All of it when it is no address. */
static struct str
domain_of(struct str address)
{
	struct mailbox box = address_split(address);

	return box.domain.n > 0 ? box.domain : address;
}

/* The first is MAIL FROM, one with smtp.helo alone is HELO. */
static void
read_spf(const struct authres_method *m, enum auth_result result,
	struct spf_results *spf)
{
	struct str helo = property(m, STR("smtp"), STR("helo"));
	struct str address = property(m, STR("smtp"), STR("mailfrom"));

	if (helo.n > 0 && address.n == 0) {
		spf->helo_known = true;
		spf->helo = result;
		spf->helo_name = helo;
		return;
	}
	spf->mail_from = result;
	spf->reason = m->reason;
	spf->mail_from_address = address;
	spf->mail_from_domain = property(m, STR("policy"), STR("domain"));
	/* Another's field has the address alone, or only its domain. */
	if (spf->mail_from_domain.n == 0)
		spf->mail_from_domain = domain_of(spf->mail_from_address);
	spf->known = true;
}

static bool
is_set(const struct authres_method *m, struct str name)
{
	return str_eq(property(m, STR("policy"), name), STR("yes"));
}

static int
read_dkim(struct arena *arena, const struct authres_method *m,
	enum auth_result result, struct dkim_results *dkim)
{
	struct str domain = property(m, STR("header"), STR("d"));
	struct dkim_result *sigs, *sig;
	unsigned long bits = 0;

	dkim->known = true;
	if (domain.n == 0 && result == AUTH_NONE)
		return 0;
	sigs = arena_grow(arena, dkim->sigs, dkim->count * sizeof(*sigs),
		(dkim->count + 1) * sizeof(*sigs));
	if (sigs == NULL)
		return ERR_NOMEM;
	dkim->sigs = sigs;
	sig = &sigs[dkim->count++];
	if (!str_to_ulong(property(m, STR("policy"), STR("bits")), UINT_MAX,
		&bits))
		bits = 0;
	*sig = (struct dkim_result){
		.result = result,
		.domain = domain,
		.selector = property(m, STR("header"), STR("s")),
		.identity = property(m, STR("header"), STR("i")),
		.algorithm = property(m, STR("header"), STR("a")),
		.b = property(m, STR("header"), STR("b")),
		.reason = m->reason,
		.key_bits = (unsigned)bits,
		.partial_body = is_set(m, STR("partial")),
		.discounted = is_set(m, STR("discounted")),
		.dnssec = is_set(m, STR("dnssec")),
		.test = is_set(m, STR("test")),
	};
	return 0;
}

int
authres_read(struct arena *arena, const struct authres *field,
	unsigned parts, struct results *results)
{
	/* What was known before this field is left alone. */
	bool spf = (parts & AUTHRES_SPF) && !results->spf.known;
	bool dkim = (parts & AUTHRES_DKIM) && !results->dkim.known;
	struct results read = *results;
	int err = 0;

	for (size_t i = 0; i < field->count && err == 0; i++) {
		const struct authres_method *m = &field->methods[i];
		bool is_spf = str_ieq(m->method, STR("spf"));
		enum auth_result result;

		if (!is_spf && !str_ieq(m->method, STR("dkim")))
			continue;
		if (!auth_result_parse(m->result, &result))
			err = ERR_SYNTAX;
		else if (is_spf && spf)
			read_spf(m, result, &read.spf);
		else if (!is_spf && dkim)
			err = read_dkim(arena, m, result, &read.dkim);
	}
	if (err == 0)
		*results = read;
	return err;
}
