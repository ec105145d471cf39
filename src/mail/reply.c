#include "mail/reply.h"

#include "base/strbuf.h"

int
reply_make(struct arena *arena, const char *code, const char *enhanced,
	struct str text, struct reply *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str shown = str_first(text, REPLY_TEXT_MAX);
	struct str done;

	*ret = (struct reply){ .code = code, .enhanced = enhanced };
	for (size_t i = 0; i < shown.n && sb.n < REPLY_TEXT_MAX; i++) {
		char c = shown.p[i];

		if (c == '%')
			sb_addz(&sb, " percent ");
		else
			sb_addc(&sb, c >= ' ' && c < 0x7f ? c : '?');
	}
	done = sb_done(&sb);
	if (done.p == NULL)
		return ERR_NOMEM;
	ret->text = done.p;
	return 0;
}
