#include "mail/reply.h"

#include "base/strbuf.h"

/* What stands for c in a reply. */
static struct str
shown(const char *c)
{
	if (*c == '%')
		return STR(" percent ");
	return *c >= ' ' && *c < 0x7f ? (struct str){ c, 1 } : STR("?");
}

int
reply_make(struct arena *arena, const char *code, const char *enhanced,
	struct str text, struct reply *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str done;

	*ret = (struct reply){ .code = code, .enhanced = enhanced };
	for (size_t i = 0; i < text.n; i++) {
		struct str part = shown(&text.p[i]);

		if (sb.n + part.n > REPLY_TEXT_MAX)
			break;
		sb_add(&sb, part);
	}
	done = sb_done(&sb);
	if (done.p == NULL)
		return ERR_NOMEM;
	ret->text = done.p;
	return 0;
}
