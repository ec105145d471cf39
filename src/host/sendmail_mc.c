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

/* Where the first of these characters stands in text; text.n: none does. */
static size_t
find_any(struct str text, const char *characters)
{
	size_t n = 0;

	while (n < text.n && strchr(characters, text.p[n]) == NULL)
		n++;
	return n;
}

static bool
has(struct str text, struct str needle)
{
	return find(text, needle) < text.n;
}

/*
 * What m4 reads of a line: nothing behind dnl.  For sendmail's m4 files #
 * begins no comment, but a line of the .cf.
 */
static struct str
live_part(struct str line)
{
	return str_trim(str_first(line, find(line, STR("dnl"))));
}

/* "FEATURE(`mailvet'", with or without quotes. */
static bool
is_feature(struct str line)
{
	static const struct str call = { "FEATURE(", 8 };

	for (size_t at; (at = find(line, call)) < line.n;) {
		struct str name;

		line = str_from(line, at + call.n);
		name = str_trim(str_first(line, find_any(line, ",)")));
		if (str_eq(name, STR("mailvet")) ||
			str_eq(name, STR("`mailvet'")))
			return true;
	}
	return false;
}

static bool
uses_mailvet(struct str line)
{
	line = live_part(line);
	return is_feature(line) ||
		(has(line, STR("include(")) && has(line, STR("mailvet.m4")));
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

/* A line of the text, with its newline, which the last one may lack. */
static bool
next_line(struct str *text, struct str *ret)
{
	size_t n;

	if (text->n == 0)
		return false;
	n = str_index(*text, '\n');
	n += n < text->n;
	*ret = str_first(*text, n);
	*text = str_from(*text, n);
	return true;
}

static void
add_line(struct strbuf *sb, struct str line)
{
	sb_add(sb, line);
	sb_addc(sb, '\n');
}

struct str
mc_insert(struct arena *arena, struct str text, struct str wanted)
{
	struct strbuf sb = sb_new(arena);
	bool replace = mc_uses_mailvet(text, NULL), done = false;
	bool ended = true;
	struct str line;

	while (next_line(&text, &line)) {
		bool here = replace ? uses_mailvet(line)
				    : str_istarts(live_part(line),
					      STR("MAILER("));

		if (here && !done)
			add_line(&sb, wanted);
		if (!(here && replace))
			sb_add(&sb, line);
		done = done || here;
		ended = str_iends(line, STR("\n"));
	}
	if (!done) {
		sb_addz(&sb, ended ? "" : "\n");
		add_line(&sb, wanted);
	}
	return sb_done(&sb);
}

struct str
mc_remove(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);
	struct str line;

	while (next_line(&text, &line))
		if (!uses_mailvet(line))
			sb_add(&sb, line);
	return sb_done(&sb);
}
