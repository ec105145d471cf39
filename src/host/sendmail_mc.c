#include "host/sendmail_mc.h"

#include "base/strbuf.h"

/* Where needle begins in text; text.n: nowhere. */
static size_t
find(struct str text, struct str needle)
{
	for (size_t at = 0; at + needle.n <= text.n; at++)
		if (memcmp(text.p + at, needle.p, needle.n) == 0)
			return at;
	return text.n;
}

static bool
has(struct str text, struct str needle)
{
	return find(text, needle) < text.n;
}

/* What m4 reads of a line: nothing behind dnl, and no comment. */
static struct str
live_part(struct str line)
{
	size_t at = find(line, STR("dnl"));

	line = str_trim(str_first(line, at));
	return line.n > 0 && line.p[0] == '#' ? STR("") : line;
}

static bool
uses_mailvet(struct str line)
{
	line = live_part(line);
	return has(line, STR("FEATURE(`mailvet'")) ||
		(has(line, STR("include(`")) && has(line, STR("mailvet.m4')")));
}

bool
mc_uses_mailvet(struct str text, struct str *ret)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (!uses_mailvet(line))
			continue;
		if (ret != NULL)
			*ret = line;
		return true;
	}
	return false;
}

struct str
mc_cf_directory(struct str text)
{
	static const struct str before = { "include(`", 9 };

	while (text.p != NULL) {
		struct str line = live_part(str_cut(&text, '\n'));
		struct str path = str_from(line, find(line, before) + before.n);
		size_t end = find(path, STR("/m4/cf.m4'"));

		if (has(line, before) && end < path.n)
			return str_first(path, end);
	}
	return STR("");
}

static void
add_line(struct strbuf *sb, struct str line)
{
	sb_add(sb, line);
	sb_addc(sb, '\n');
}

/* A line of the text; the text may lack its last newline. */
static bool
next_line(struct str *text, struct str *ret)
{
	if (text->p == NULL || text->n == 0)
		return false;
	*ret = str_cut(text, '\n');
	return true;
}

struct str
mc_insert(struct arena *arena, struct str text, struct str wanted)
{
	struct strbuf sb = sb_new(arena);
	bool replace = mc_uses_mailvet(text, NULL), done = false;
	struct str line;

	while (next_line(&text, &line)) {
		bool here = replace ? uses_mailvet(line)
				    : str_istarts(live_part(line),
					      STR("MAILER("));

		if (here && !done)
			add_line(&sb, wanted);
		if (!(here && replace))
			add_line(&sb, line);
		done = done || here;
	}
	if (!done)
		add_line(&sb, wanted);
	return sb_done(&sb);
}

struct str
mc_remove(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);
	struct str line;

	while (next_line(&text, &line))
		if (!uses_mailvet(line))
			add_line(&sb, line);
	return sb_done(&sb);
}
