#include "dmarc/claim.h"

#include "base/strbuf.h"
#include "dns/name.h"

/* '@' and what Unicode has that looks like one, in UTF-8. */
static const struct str signs[] = {
	STR("@"),
	STR("\xef\xbc\xa0"), /* U+FF20, full width */
	STR("\xef\xb9\xab"), /* U+FE6B, small */
};

/* Bytes of the sign at the start of the text; 0: there is none. */
static size_t
sign_length(struct str text)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (str_istarts(text, signs[i]))
			return signs[i].n;
	return 0;
}

static bool
is_name_byte(char c)
{
	return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}

static bool
is_wide_byte(char c)
{
	return is_name_byte(c) || (unsigned char)c >= 0x80;
}

/* Without quotes, backslashes, and the folds of a header field. */
static struct str
flatten(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < text.n; i++)
		if (strchr("\"\\\r\n", text.p[i]) == NULL || text.p[i] == '\0')
			sb_addc(&sb, text.p[i]);
	return sb_done(&sb);
}

/*
 * Is what the text begins with another domain?  1, 0, ERR_NOMEM, or ERR_SYNTAX
 * when it is none.
 */
static int
is_other(struct arena *arena, struct str text, bool (*wanted)(char),
	struct str domain)
{
	struct str name;
	size_t n = 0;
	int err;

	while (n < text.n && wanted(text.p[n]))
		n++;
	while (n > 0 && (text.p[n - 1] == '.' || text.p[n - 1] == '-'))
		n--;
	err = name_normalise(arena, str_first(text, n), &name);
	if (err != 0)
		return err;
	return name_labels(name) > 1 && !name_within(name, domain) &&
		!name_within(domain, name);
}

/* Behind each sign, up to what is not ASCII if it is no domain with that. */
static int
find(struct arena *arena, struct str text, struct str domain)
{
	int found = 0;

	while (text.n > 0 && found == 0) {
		size_t n = sign_length(text);

		text = str_from(text, n > 0 ? n : 1);
		if (n == 0)
			continue;
		while (text.n > 0 && is_space(text.p[0]))
			text = str_from(text, 1);
		found = is_other(arena, text, is_wide_byte, domain);
		if (found == ERR_SYNTAX)
			found = is_other(arena, text, is_name_byte, domain);
		if (found == ERR_SYNTAX)
			found = 0;
	}
	return found;
}

int
claim_is_foreign(struct arena *arena, struct str text, struct str domain)
{
	struct str flat = flatten(arena, text);
	int found;

	if (flat.p == NULL)
		return ERR_NOMEM;
	/* A reader may stop at a quote, or pass over it. */
	found = find(arena, text, domain);
	return found != 0 ? found : find(arena, flat, domain);
}
