#include "spf/macro.h"
#include "base/strbuf.h"
#include "dns/name.h"

#include <stdio.h>

enum {
	KEEP_MAX = 1000, /* above the number of parts that any value has */
	PARTS_MAX = 512, /* a sender has fewer: see check.c */
	/*
	 * Of a domain only the last 253 bytes can matter.  While one grows
	 * beyond TAIL_LIMIT it is cut to its TAIL_KEPT last bytes, so that a
	 * record full of macros costs no memory.
	 */
	TAIL_KEPT = 1024,
	TAIL_LIMIT = 4096,
};

/* ---- grammar ---- */

static bool
is_delimiter(char c)
{
	return c != '\0' && strchr(".-+,/_=", c) != NULL;
}

/* May the letter stand here? */
static bool
is_letter(char c, enum macro_use use)
{
	return c != '\0' &&
		strchr(use == MACRO_TEXT ? "slodiphcrtv" : "slodiphv", c) !=
		NULL;
}

/* transformers = *DIGIT [ "r" ]; false when the digits are zero. */
static bool
skip_transformers(struct str *s, struct macro_token *ret)
{
	bool digits = false;

	while (s->n > 0 && is_digit(*s->p)) {
		ret->keep = ret->keep * 10 + (unsigned)(*s->p - '0');
		if (ret->keep > KEEP_MAX)
			ret->keep = KEEP_MAX;
		digits = true;
		*s = str_from(*s, 1);
	}
	if (s->n > 0 && to_lower(*s->p) == 'r') {
		ret->reverse = true;
		*s = str_from(*s, 1);
	}
	return !digits || ret->keep > 0;
}

/* s is what stands behind "%{". */
static int
skip_macro(struct str *s, enum macro_use use, struct macro_token *ret)
{
	size_t n = 0;

	if (s->n == 0 || !is_letter(to_lower(*s->p), use))
		return ERR_SYNTAX;
	ret->letter = to_lower(*s->p);
	ret->escape = ret->letter != *s->p;
	*s = str_from(*s, 1);
	if (!skip_transformers(s, ret))
		return ERR_SYNTAX;
	while (n < s->n && is_delimiter(s->p[n]))
		n++;
	ret->delimiters = str_first(*s, n);
	*s = str_from(*s, n);
	if (s->n == 0 || *s->p != '}')
		return ERR_SYNTAX;
	*s = str_from(*s, 1);
	return 1;
}

/* s begins with a percent sign. */
static int
skip_expand(struct str *s, enum macro_use use, struct macro_token *ret)
{
	char c = s->n > 1 ? s->p[1] : '\0';

	ret->expands = true;
	*s = str_from(*s, 2);
	switch (c) {
	case '{':
		return skip_macro(s, use, ret);
	case '%':
		ret->text = STR("%");
		return 1;
	case '_':
		ret->text = STR(" ");
		return 1;
	case '-':
		ret->text = STR("%20");
		return 1;
	default:
		return ERR_SYNTAX;
	}
}

static bool
is_literal(char c, enum macro_use use)
{
	return (c > ' ' && c < 0x7f && c != '%') ||
		(c == ' ' && use == MACRO_TEXT);
}

int
macro_next(struct str *rest, enum macro_use use, struct macro_token *ret)
{
	size_t n = 0;

	*ret = (struct macro_token){ 0 };
	if (rest->n == 0)
		return 0;
	if (*rest->p == '%')
		return skip_expand(rest, use, ret);
	while (n < rest->n && is_literal(rest->p[n], use))
		n++;
	if (n == 0)
		return ERR_SYNTAX;
	ret->text = str_first(*rest, n);
	*rest = str_from(*rest, n);
	return 1;
}

bool
macro_valid(struct str text, enum macro_use use)
{
	struct macro_token token;
	int more;

	while ((more = macro_next(&text, use, &token)) > 0)
		;
	return more == 0;
}

static bool
is_alnum(char c)
{
	return is_alpha(c) || is_digit(c);
}

/* Letters, digits and inner hyphens, not digits alone. */
static bool
is_toplabel(struct str s)
{
	bool other = false;

	if (s.n == 0 || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
		other = other || !is_digit(s.p[i]);
	}
	return other;
}

/* Does the text end in "." toplabel [ "." ]? */
static bool
ends_in_toplabel(struct str s)
{
	size_t dot;

	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	for (dot = s.n; dot > 0 && s.p[dot - 1] != '.'; dot--)
		;
	return dot > 0 && is_toplabel(str_from(s, dot));
}

bool
macro_valid_domain(struct str text)
{
	struct macro_token token, last = { 0 };
	int more;

	while ((more = macro_next(&text, MACRO_DOMAIN, &token)) > 0)
		last = token;
	return more == 0 && (last.expands || ends_in_toplabel(last.text));
}

/* ---- expansion ---- */

/* %{i}: IPv4 as usual; IPv6 as 32 nibbles.  %{c}: as people write it. */
static struct str
address_value(const struct ipaddr *client, char letter, char *buf, size_t size)
{
	char text[IP_TEXT_SIZE];
	size_t n = 0;

	if (letter == 'c' || client->family != IP_V6) {
		snprintf(buf, size, "%s", ipaddr_text(client, text));
		return str_of(buf);
	}
	for (size_t i = 0; i < 16; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%X.%X",
			i > 0 ? "." : "", client->bytes[i] >> 4,
			client->bytes[i] & 15u);
	return (struct str){ buf, n };
}

/* The value of a letter; buf is room for one that is made here. */
static struct str
value_of(const struct macro_values *v, char letter, char *buf, size_t size)
{
	switch (letter) {
	case 's':
		return v->sender;
	case 'l':
		return v->local;
	case 'o':
		return v->sender_domain;
	case 'd':
		return v->domain;
	case 'i':
	case 'c':
		return address_value(&v->client, letter, buf, size);
	case 'v':
		return v->client.family == IP_V6 ? STR("ip6") : STR("in-addr");
	case 'h':
		return v->helo;
	case 'r':
		return v->receiver;
	case 't':
		snprintf(buf, size, "%ld", v->now);
		return str_of(buf);
	default:
		return v->client_name(v->arg, v->domain);
	}
}

static bool
splits_at(const struct macro_token *token, char c)
{
	if (token->delimiters.n == 0)
		return c == '.';
	return memchr(token->delimiters.p, c, token->delimiters.n) != NULL;
}

/* Split at the delimiters; of too many parts, the last are one. */
static size_t
split(const struct macro_token *token, struct str value,
	struct str parts[PARTS_MAX])
{
	size_t count = 0, start = 0;

	for (size_t i = 0; i < value.n && count < PARTS_MAX - 1; i++) {
		if (!splits_at(token, value.p[i]))
			continue;
		parts[count++] =
			(struct str){ value.p + start, i - start };
		start = i + 1;
	}
	parts[count++] = str_from(value, start);
	return count;
}

/* Unreserved characters of RFC 3986 stay. */
static void
add_escaped(struct strbuf *sb, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (is_alnum(c) || (c != '\0' && strchr("-._~", c) != NULL))
			sb_addc(sb, c);
		else
			sb_addf(sb, "%%%02X", (unsigned char)c);
	}
}

/* Split, reverse, keep the right-hand parts, join by dots, escape. */
static void
add_value(struct strbuf *sb, const struct macro_token *token, struct str value)
{
	struct str parts[PARTS_MAX];
	size_t count = split(token, value, parts);
	size_t skip = token->keep > 0 && token->keep < count ?
		count - token->keep : 0;

	for (size_t i = skip; i < count; i++) {
		struct str part = parts[token->reverse ? count - 1 - i : i];

		if (i > skip)
			sb_addc(sb, '.');
		if (token->escape)
			add_escaped(sb, part);
		else
			sb_add(sb, part);
	}
}

static void
add_token(struct strbuf *sb, const struct macro_token *token,
	const struct macro_values *values)
{
	char buf[80];

	if (token->letter == '\0')
		sb_add(sb, token->text);
	else
		add_value(sb, token,
			value_of(values, token->letter, buf, sizeof(buf)));
}

static void
keep_tail(struct strbuf *sb)
{
	if (sb->failed || sb->n <= TAIL_LIMIT)
		return;
	memmove(sb->p, sb->p + sb->n - TAIL_KEPT, TAIL_KEPT);
	sb->n = TAIL_KEPT;
}

/* Without labels on the left, as far as the size asks for it. */
static struct str
fit_name(struct str name)
{
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	while (name.n > NAME_MAX_BYTES) {
		size_t dot = str_index(name, '.');

		if (dot == name.n)
			break;
		name = str_from(name, dot + 1);
	}
	return name;
}

int
macro_domain(struct arena *arena, struct str spec,
	const struct macro_values *values, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct macro_token token;
	struct str name;
	int more;

	while ((more = macro_next(&spec, MACRO_DOMAIN, &token)) > 0) {
		add_token(&sb, &token, values);
		keep_tail(&sb);
	}
	if (more < 0)
		return more;
	name = sb_done(&sb);
	if (name.p == NULL)
		return ERR_NOMEM;
	*ret = fit_name(name);
	return 0;
}

int
macro_text(struct arena *arena, struct str text,
	const struct macro_values *values, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct macro_token token;
	int more;

	if (!macro_valid(text, MACRO_TEXT))
		return ERR_SYNTAX;
	while (sb.n < MACRO_TEXT_MAX &&
		(more = macro_next(&text, MACRO_TEXT, &token)) > 0)
		add_token(&sb, &token, values);
	if (sb_done(&sb).p == NULL)
		return ERR_NOMEM;
	if (sb.n > MACRO_TEXT_MAX)
		sb.n = MACRO_TEXT_MAX;
	for (size_t i = 0; i < sb.n; i++)
		if (sb.p[i] < ' ' || sb.p[i] > '~')
			sb.p[i] = '?';
	*ret = sb_done(&sb);
	return 0;
}
