#include "report/destination.h"

#include "base/strbuf.h"
#include "dmarc/walk.h"
#include "dns/name.h"

enum { LOCAL_MAX = 64 /* RFC 5321 section 4.5.3.1.1 */ };

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str
percent_decode(struct arena *arena, struct str s)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < s.n; i++) {
		int high = -1, low = -1;

		if (s.p[i] == '%' && i + 2 < s.n) {
			high = hex_digit(s.p[i + 1]);
			low = hex_digit(s.p[i + 2]);
		}
		if (high < 0 || low < 0) {
			sb_addc(&sb, s.p[i]);
			continue;
		}
		sb_addc(&sb, (char)(high << 4 | low));
		i += 2;
	}
	return sb_done(&sb);
}

/* A dot-atom: nothing in it means anything to SMTP or to a header field. */
static bool
is_dot_atom(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dot = s.p[i] == '.';

		if (dot && (i == 0 || i + 1 == s.n || s.p[i - 1] == '.'))
			return false;
		if (!dot && !is_digit(s.p[i]) && !is_alpha(s.p[i]) &&
			(s.p[i] == '\0' ||
			strchr("!#$%&'*+-/=?^_`{|}~", s.p[i]) == NULL))
			return false;
	}
	return s.n > 0 && s.n <= LOCAL_MAX;
}

int
destination_parse(struct arena *arena, struct str uri,
	struct destination *ret)
{
	const struct str scheme = STR("mailto:");
	struct destination d = { .host = { NULL, 0 } };
	struct strbuf sb = sb_new(arena);
	struct str text, local;
	size_t at;
	int err;

	if (!str_istarts(uri, scheme))
		return ERR_SYNTAX;
	text = str_from(uri, scheme.n);
	text = percent_decode(arena, str_first(text, str_index(text, '?')));
	if (text.p == NULL)
		return ERR_NOMEM;
	at = str_index(text, '@');
	local = str_first(text, at);
	if (!is_dot_atom(local))
		return ERR_SYNTAX;
	err = name_normalise(arena, str_from(text, at + 1), &d.host);
	if (err < 0)
		return err;
	sb_addf(&sb, "%.*s@%.*s", STR_ARG(local), STR_ARG(d.host));
	d.address = sb_done(&sb);
	if (d.address.p == NULL)
		return ERR_NOMEM;
	*ret = d;
	return 0;
}

static bool
has(const struct destinations *all, struct str address)
{
	for (size_t i = 0; i < all->count; i++)
		if (str_eq(all->list[i].address, address))
			return true;
	return false;
}

int
destinations_parse(struct arena *arena, const struct line_uris *uris,
	struct destinations *ret)
{
	struct destinations all = { .list = arena_array(arena,
		DESTINATIONS_MAX, sizeof(*all.list)) };

	if (all.list == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < uris->count; i++) {
		struct destination d;
		int err = destination_parse(arena, uris->list[i], &d);

		if (err == ERR_NOMEM)
			return err;
		if (err == 0 && all.count < DESTINATIONS_MAX &&
			!has(&all, d.address))
			all.list[all.count++] = d;
	}
	*ret = all;
	return 0;
}

/* The organizational domain of a name; *unknown when the DNS does not tell. */
static int
organization(struct dns_scope *dns, struct str name, struct str *ret,
	bool *unknown)
{
	struct walk_result org;
	struct walk *walk;
	int err = walk_start(dns, NULL, name, &walk);

	if (err == 0)
		err = walk_org(walk, &org);
	if (err == 0) {
		*ret = org.domain;
		*unknown = *unknown || org.temporary;
	}
	return err;
}

static const struct dns_answer *
ask(struct dns_scope *dns, struct str domain, struct str host)
{
	struct strbuf sb = sb_new(dns->arena);

	sb_addf(&sb, "%.*s._report._dmarc.%.*s", STR_ARG(domain),
		STR_ARG(host));
	return dns_lookup(dns, sb_done(&sb), DNS_TXT);
}

/*
 * The addresses that a record names in place of the old one.  One at another
 * host makes all of it void: nobody passes reports on to a third party.
 */
static int
override(struct arena *arena, const struct dmarc_uris *named,
	const struct destination *old, struct agreement *ret)
{
	const struct line_uris uris = { named->list, named->count };
	struct destinations all;
	int err = destinations_parse(arena, &uris, &all);

	if (err < 0)
		return err;
	ret->consent = CONSENT_GIVEN;
	for (size_t i = 0; i < all.count; i++)
		if (!str_eq(all.list[i].host, old->host))
			ret->consent = CONSENT_DENIED;
	if (all.count > 0)
		ret->to = all;
	return 0;
}

/* The first record that is one. */
static int
read_consent(struct arena *arena, const struct dns_answer *answer,
	const struct destination *d, enum report_kind kind,
	struct agreement *ret)
{
	struct dmarc_record record;

	ret->consent = CONSENT_DENIED;
	for (size_t i = 0; i < answer->count; i++) {
		int err = record_parse(arena, answer->records[i].data,
			&record);

		if (err == 0)
			return override(arena, kind == KIND_AGGREGATE ?
				&record.rua : &record.ruf, d, ret);
		if (err != ERR_SYNTAX)
			return err;
	}
	return 0;
}

int
destination_verify(struct dns_scope *dns, struct str domain,
	const struct destination *d, enum report_kind kind,
	struct agreement *ret)
{
	struct str ours, theirs;
	bool unknown = false;
	const struct dns_answer *answer;
	int err;

	ret->to.list = arena_array(dns->arena, DESTINATIONS_MAX, sizeof(*d));
	if (ret->to.list == NULL)
		return ERR_NOMEM;
	ret->to.list[0] = *d;
	ret->to.count = 1;
	ret->consent = CONSENT_GIVEN;
	if (str_eq(domain, d->host))
		return 0;
	err = organization(dns, domain, &ours, &unknown);
	if (err == 0)
		err = organization(dns, d->host, &theirs, &unknown);
	if (err < 0 || (!unknown && str_eq(ours, theirs)))
		return err;
	answer = ask(dns, domain, d->host);
	if (answer->status == DNS_FOUND)
		return read_consent(dns->arena, answer, d, kind, ret);
	ret->consent = unknown || dns_is_temporary(answer) ?
		CONSENT_UNKNOWN : CONSENT_DENIED;
	return 0;
}
