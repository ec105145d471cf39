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
	return is_alpha(c) || is_digit(c) || c == '.' || c == '-' ||
		c == '_' || (unsigned char)c >= 0x80;
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

/* The text behind a sign: does it name another domain?  1, 0, ERR_NOMEM. */
static int
names_other(struct arena *arena, struct str text, struct str domain)
{
	struct str name;
	size_t n = 0;
	int err;

	while (text.n > 0 && is_space(text.p[0]))
		text = str_from(text, 1);
	while (n < text.n && is_name_byte(text.p[n]))
		n++;
	while (n > 0 && (text.p[n - 1] == '.' || text.p[n - 1] == '-'))
		n--;
	err = name_normalise(arena, str_first(text, n), &name);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0 || name_labels(name) < 2)
		return 0;
	return !name_within(name, domain) && !name_within(domain, name);
}

int
claim_is_foreign(struct arena *arena, struct str text, struct str domain)
{
	struct str rest = flatten(arena, text);
	int found = 0;

	if (rest.p == NULL)
		return ERR_NOMEM;
	while (rest.n > 0 && found == 0) {
		size_t n = sign_length(rest);

		rest = str_from(rest, n > 0 ? n : 1);
		if (n > 0)
			found = names_other(arena, rest, domain);
	}
	return found;
}
