#include "mail/taglist.h"

static bool
is_name_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

/* tag-name (RFC 6376 section 3.2); DMARC's hyphens do not exist. */
static bool
is_tag_name(struct str name)
{
	if (name.n == 0 || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_name_char(name.p[i]))
			return false;
	return true;
}

/*
 * tag-value: printable bytes parted by white space, or nothing.  Bytes above
 * ASCII are let through; RFC 8616 allows UTF-8 here.
 */
static bool
is_tag_value(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && !is_space(value.p[i])) || c == 0x7f)
			return false;
	}
	return true;
}

int
taglist_next(struct str *rest, struct tag *ret)
{
	struct str part;
	size_t equals;
	struct tag tag;

	if (rest->p == NULL || str_trim(*rest).n == 0) {
		*rest = (struct str){ NULL, 0 };
		return 0;
	}
	part = str_cut(rest, ';');
	equals = str_index(part, '=');
	if (equals == part.n)
		return ERR_SYNTAX;
	tag.name = str_trim(str_first(part, equals));
	tag.value = str_trim(str_from(part, equals + 1));
	if (!is_tag_name(tag.name) || !is_tag_value(tag.value))
		return ERR_SYNTAX;
	*ret = tag;
	return 1;
}

static bool
has_tag(const struct taglist *list, struct str name)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->tags[i].name, name))
			return true;
	return false;
}

/* How many tags there are at most: one per semicolon, and a last one. */
static size_t
part_count(struct str text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.n && count <= TAGLIST_MAX; i++)
		count += text.p[i] == ';';
	return count < TAGLIST_MAX ? count : TAGLIST_MAX;
}

int
taglist_parse(struct arena *arena, struct str text, struct taglist *ret)
{
	struct taglist list = { 0 };
	struct str rest = text;
	struct tag tag;
	int r;

	list.tags = arena_array(arena, part_count(text), sizeof(*list.tags));
	if (list.tags == NULL)
		return ERR_NOMEM;
	while ((r = taglist_next(&rest, &tag)) > 0) {
		if (has_tag(&list, tag.name))
			return ERR_SYNTAX;
		if (list.count == TAGLIST_MAX)
			return ERR_LIMIT;
		list.tags[list.count++] = tag;
	}
	if (r == 0)
		*ret = list;
	return r;
}

struct str
taglist_get(const struct taglist *list, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->tags[i].name, wanted))
			return list->tags[i].value;
	return (struct str){ NULL, 0 };
}
