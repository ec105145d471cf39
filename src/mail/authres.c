#include "mail/authres.h"

#include "base/strbuf.h"
#include "mail/cfws.h"

/* token of RFC 2045: printable ASCII without space and tspecials. */
static bool
is_token_char(char c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* Keyword of RFC 5321: letters, digits, '-'; '_' is seen in the wild. */
static bool
is_keyword_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
}

/* pvalue: a token, or an address or domain, which also has these. */
static bool
is_pvalue_char(char c)
{
	return is_token_char(c) || (unsigned char)c >= 0x80 ||
		(c != '\0' && strchr("@/:=?", c) != NULL);
}

static struct str
take_while(struct str *rest, bool (*wanted)(char))
{
	struct str taken = *rest;
	size_t n = 0;

	while (n < rest->n && wanted(rest->p[n]))
		n++;
	*rest = str_from(*rest, n);
	return str_first(taken, n);
}

static bool
take_char(struct str *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

/* A quoted string or a run of wanted characters, CFWS around it. */
static int
take_value(struct arena *arena, struct str *rest, bool (*wanted)(char),
	struct str *ret)
{
	if (cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	if (rest->n > 0 && rest->p[0] == '"')
		return cfws_quoted(arena, rest, ret);
	*ret = take_while(rest, wanted);
	return ret->n > 0 ? 0 : ERR_SYNTAX;
}

/*
 * pvalue: as take_value, or a quoted local part and a domain, which is kept as
 * it stands.
 */
static int
take_pvalue(struct arena *arena, struct str *rest, struct str *ret)
{
	struct str start, domain;
	int err;

	if (cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	start = *rest;
	err = take_value(arena, rest, is_pvalue_char, ret);
	if (err == 0 && start.p[0] == '"' && take_char(rest, '@')) {
		domain = take_while(rest, is_pvalue_char);
		if (domain.n == 0)
			return ERR_SYNTAX;
		*ret = str_first(start, start.n - rest->n);
	}
	return err;
}

/* propspec: ptype "." property "=" pvalue. */
static int
parse_prop(struct arena *arena, struct str *rest, struct str ptype,
	struct authres_method *method)
{
	size_t n = method->prop_count;
	struct authres_prop *list, *prop;

	if (n == AUTHRES_MAX)
		return ERR_LIMIT;
	list = arena_grow(arena, method->props, n * sizeof(*list),
		(n + 1) * sizeof(*list));
	if (list == NULL)
		return ERR_NOMEM;
	method->props = list;
	method->prop_count++;
	prop = &list[n];
	prop->ptype = ptype;
	if (!take_char(rest, '.') || cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	prop->name = take_while(rest, is_keyword_char);
	if (prop->name.n == 0 || cfws_skip(rest) < 0 || !take_char(rest, '='))
		return ERR_SYNTAX;
	return take_pvalue(arena, rest, &prop->value);
}

/* What follows method=result: [CFWS reasonspec] [CFWS 1*propspec] [CFWS]. */
static int
parse_details(struct arena *arena, struct str *rest,
	struct authres_method *method)
{
	bool first = true;
	int err = 0;

	while (err == 0) {
		size_t before = rest->n;
		struct str word;

		if (cfws_skip(rest) < 0)
			return ERR_SYNTAX;
		if (rest->n == 0 || rest->p[0] == ';')
			return 0;
		/* Between two properties no white space is due. */
		if (method->prop_count == 0 && rest->n == before)
			return ERR_SYNTAX;
		word = take_while(rest, is_keyword_char);
		if (word.n == 0 || cfws_skip(rest) < 0)
			return ERR_SYNTAX;
		if (rest->n > 0 && rest->p[0] == '.')
			err = parse_prop(arena, rest, word, method);
		else if (first && str_ieq(word, STR("reason")) &&
			take_char(rest, '='))
			err = take_value(
				arena, rest, is_token_char, &method->reason);
		else
			err = ERR_SYNTAX;
		first = false;
	}
	return err;
}

/* methodspec: method [ "/" version ] "=" result. */
static int
parse_method(struct str *rest, struct authres_method *method)
{
	if (cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	method->method = take_while(rest, is_keyword_char);
	if (method->method.n == 0 || cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	if (take_char(rest, '/') &&
		(cfws_skip(rest) < 0 || take_while(rest, is_digit).n == 0 ||
			cfws_skip(rest) < 0))
		return ERR_SYNTAX;
	if (!take_char(rest, '=') || cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	method->result = take_while(rest, is_keyword_char);
	return method->result.n > 0 ? 0 : ERR_SYNTAX;
}

/* no-result: "none" and nothing behind it. */
static bool
is_no_result(struct str rest)
{
	if (cfws_skip(&rest) < 0)
		return false;
	if (!str_ieq(take_while(&rest, is_keyword_char), STR("none")))
		return false;
	return cfws_skip(&rest) == 0 && rest.n == 0;
}

static int
parse_resinfo(struct arena *arena, struct str *rest, struct authres *ret)
{
	size_t n = ret->count;
	struct authres_method *list;
	int err;

	if (n == AUTHRES_MAX)
		return ERR_LIMIT;
	list = arena_grow(arena, ret->methods, n * sizeof(*list),
		(n + 1) * sizeof(*list));
	if (list == NULL)
		return ERR_NOMEM;
	ret->methods = list;
	ret->count++;
	err = parse_method(rest, &list[n]);
	return err == 0 ? parse_details(arena, rest, &list[n]) : err;
}

/* [ CFWS authres-version ] [CFWS] */
static int
skip_version(struct str *rest)
{
	size_t before = rest->n;

	if (cfws_skip(rest) < 0)
		return ERR_SYNTAX;
	if (rest->n < before)
		take_while(rest, is_digit);
	return cfws_skip(rest);
}

int
authres_parse(struct arena *arena, struct str value, struct authres *ret)
{
	struct str rest = value;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = take_value(arena, &rest, is_token_char, &ret->authserv_id);
	if (err == 0)
		err = skip_version(&rest);
	if (err < 0)
		return err;
	if (!take_char(&rest, ';'))
		return ERR_SYNTAX;
	if (is_no_result(rest))
		return 0;
	do {
		err = parse_resinfo(arena, &rest, ret);
	} while (err == 0 && take_char(&rest, ';'));
	return err;
}

bool
authres_is_id(struct str text)
{
	struct str rest = text;

	take_while(&rest, is_token_char);
	return text.n > 0 && rest.n == 0;
}

/* Of host names.  8-bit bytes are not: to some readers they are space. */
static bool
is_id_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}

/* What readers drop between the characters of a name; line ends when they
 * unfold it. */
static bool
is_dropped(char c)
{
	return c == '\\' || c == '\0' || c == '\r' || c == '\n';
}

/* Does the text begin with the id, a word of its own? */
static bool
is_id_at(struct str text, struct str id)
{
	size_t i = 0, same = 0;

	while (i < text.n && same < id.n) {
		if (to_lower(text.p[i]) == to_lower(id.p[same]))
			same++;
		else if (!is_dropped(text.p[i]))
			return false;
		i++;
	}
	while (i < text.n && text.p[i] == '.')
		i++;
	return same == id.n && (i == text.n || !is_id_char(text.p[i]));
}

bool
authres_mentions(struct str text, struct str id)
{
	for (size_t i = 0; id.n > 0 && i < text.n; i++)
		if ((i == 0 || !is_id_char(text.p[i - 1])) &&
			!is_dropped(text.p[i]) &&
			is_id_at(str_from(text, i), id))
			return true;
	return false;
}

bool
authres_claims(struct str value, struct str id)
{
	struct str rest = value, scratch;
	size_t before;

	while (cfws_skip(&rest) == 0 && rest.n > 0 && rest.p[0] != ';') {
		if (rest.p[0] != '"')
			rest = str_from(rest, 1);
		else if (cfws_skip_quoted(&rest, &scratch) < 0)
			return authres_mentions(value, id);
	}
	before = value.n - rest.n;
	if (rest.n == 0 || rest.p[0] != ';')
		before = value.n;
	return authres_mentions(str_first(value, before), id);
}
