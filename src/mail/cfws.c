#include "mail/cfws.h"

#include "base/strbuf.h"

int
cfws_skip_comment(struct str *rest, struct str *inside)
{
	size_t depth = 0;

	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == '\\')
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0) {
			*inside = str_from(str_first(*rest, i), 1);
			*rest = str_from(*rest, i + 1);
			return 0;
		}
	}
	return ERR_SYNTAX;
}

int
cfws_skip(struct str *rest)
{
	struct str inside;

	for (;;) {
		while (rest->n > 0 && is_space(rest->p[0]))
			*rest = str_from(*rest, 1);
		if (rest->n == 0 || rest->p[0] != '(')
			return 0;
		if (cfws_skip_comment(rest, &inside) < 0)
			return ERR_SYNTAX;
	}
}

int
cfws_skip_quoted(struct str *rest, struct str *inside)
{
	for (size_t i = 1; i < rest->n; i++) {
		if (rest->p[i] == '\\') {
			i++;
		} else if (rest->p[i] == '"') {
			*inside = str_from(str_first(*rest, i), 1);
			*rest = str_from(*rest, i + 1);
			return 0;
		}
	}
	return ERR_SYNTAX;
}

int
cfws_quoted(struct arena *arena, struct str *rest, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str inside;

	if (cfws_skip_quoted(rest, &inside) < 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < inside.n; i++) {
		char c = inside.p[i];

		if (c == '\\' && i + 1 < inside.n)
			c = inside.p[++i];
		if (c != '\r' && c != '\n')
			sb_addc(&sb, c);
	}
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}
