#include "report/redact.h"

#include "base/strbuf.h"
#include "report/digest.h"

enum { SHOWN_DIGITS = 16 };

static bool
is_local_byte(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80 ||
		(c != '\0' && strchr("!#$%&'*+-/?^_`{|}~.", c) != NULL);
}

/* Where the local part begins that ends before the '@' at this offset. */
static size_t
local_start(struct str line, size_t at)
{
	size_t i = at;

	if (i > 0 && line.p[i - 1] == '"') {
		for (i--; i > 0 && line.p[i - 1] != '"'; i--)
			;
		return i > 0 ? i - 1 : at;
	}
	while (i > 0 && is_local_byte(line.p[i - 1]))
		i--;
	return i;
}

static void
redact_line(struct strbuf *sb, struct str key, struct str line)
{
	size_t done = 0;

	for (size_t at = 0; at < line.n; at++) {
		size_t start = line.p[at] == '@' ? local_start(line, at) : at;
		struct str hidden;

		if (start >= at || start < done)
			continue;
		hidden = digest_keyed(sb->arena, key,
			str_first(str_from(line, start), at - start));
		sb_add(sb, str_first(str_from(line, done), start - done));
		sb_add(sb, str_first(hidden, SHOWN_DIGITS));
		sb->failed = sb->failed || hidden.p == NULL;
		done = at;
	}
	sb_add(sb, str_from(line, done));
}

struct str
redact(struct arena *arena, struct str key, struct str text)
{
	struct strbuf sb = sb_new(arena);
	bool keep = false;

	while (text.n > 0) {
		struct str line = str_first(text, str_index(text, '\n') + 1);

		/* A line that begins with a space belongs to the field. */
		if (line.p[0] != ' ' && line.p[0] != '\t')
			keep = str_istarts(line, STR("Message-ID:"));
		if (keep)
			sb_add(&sb, line);
		else
			redact_line(&sb, key, line);
		text = str_from(text, line.n);
	}
	return sb_done(&sb);
}
