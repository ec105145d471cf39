#include "dns/name.h"

#include "base/strbuf.h"

#include <idn2.h>

enum {
	/*
	 * No text above this can become a name: 253 bytes of A-labels decode
	 * to fewer bytes of UTF-8 than this.  It bounds what libidn2 gets.
	 */
	TEXT_MAX = 1024,
	IDN_FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL,
};

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* One label by libidn2, which may turn an ideographic full stop into a dot. */
static int
add_idn_label(struct strbuf *sb, struct str label)
{
	struct str copy = arena_copy(sb->arena, label);
	uint8_t *ascii = NULL;
	int rc;

	if (copy.p == NULL)
		return ERR_NOMEM;
	rc = idn2_lookup_u8((const uint8_t *)copy.p, &ascii, IDN_FLAGS);
	if (rc != IDN2_OK)
		return rc == IDN2_MALLOC ? ERR_NOMEM : ERR_SYNTAX;
	sb_add_lower(sb, str_of((const char *)ascii));
	idn2_free(ascii);
	return 0;
}

/*
 * ASCII labels go past libidn2, which refuses names that are in use, such as
 * those with hyphens in the third and fourth place.
 */
static int
add_label(struct strbuf *sb, struct str label)
{
	if (!is_ascii(label))
		return add_idn_label(sb, label);
	sb_add_lower(sb, label);
	return 0;
}

static bool
is_name_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

static bool
is_label(struct str label)
{
	if (label.n == 0 || label.n > NAME_MAX_LABEL)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if (!is_name_byte(label.p[i]))
			return false;
	}
	return true;
}

static bool
is_name(struct str name)
{
	struct str rest = name;

	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	while (rest.p != NULL) {
		if (!is_label(str_cut(&rest, '.')))
			return false;
	}
	return true;
}

int
name_normalise(struct arena *arena, struct str text, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str rest = text, name;
	int rc;

	if (text.n == 0 || text.n > TEXT_MAX ||
		memchr(text.p, '\0', text.n) != NULL)
		return ERR_SYNTAX;
	if (rest.p[rest.n - 1] == '.')
		rest.n--;
	while (rest.p != NULL) {
		rc = add_label(&sb, str_cut(&rest, '.'));
		if (rc < 0)
			return rc;
		if (rest.p != NULL)
			sb_addc(&sb, '.');
	}
	name = sb_done(&sb);
	if (name.p == NULL)
		return ERR_NOMEM;
	if (!is_name(name))
		return ERR_SYNTAX;
	*ret = name;
	return 0;
}

unsigned
name_labels(struct str name)
{
	unsigned labels = name.n > 0 ? 1 : 0;

	for (size_t i = 0; i < name.n; i++)
		labels += name.p[i] == '.';
	return labels;
}

struct str
name_parent(struct str name)
{
	return str_from(name, str_index(name, '.') + 1);
}

struct str
name_last_labels(struct str name, unsigned count)
{
	unsigned labels = name_labels(name);

	for (; labels > count; labels--)
		name = name_parent(name);
	return name;
}

bool
name_within(struct str name, struct str ancestor)
{
	if (ancestor.n == 0 || !str_iends(name, ancestor))
		return false;
	return name.n == ancestor.n ||
		name.p[name.n - ancestor.n - 1] == '.';
}
