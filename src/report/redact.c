#include "report/redact.h"

#include "base/strbuf.h"
#include "report/digest.h"

enum { SHOWN_DIGITS = 16 };

/* Bytes of an atom, and dots. */
static bool
is_local_byte(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80 ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* The quote that opens the string before this offset; at when none does. */
static size_t
quote_start(struct str field, size_t at)
{
	for (size_t i = at - 1; i-- > 0; ) {
		size_t escapes = 0;

		if (field.p[i] != '"')
			continue;
		while (escapes < i && field.p[i - 1 - escapes] == '\\')
			escapes++;
		if (escapes % 2 == 0)
			return i;
	}
	return at;
}

/*
 * What stands before an address in signatures and results: "header.i=".  Any
 * other '=' is the address's own, as in that of a bounce to a list.
 */
static size_t
key_size(struct str text)
{
	static const struct str keys[] = { STR("i="), STR("envelope-from="),
		STR("header."), STR("policy."), STR("smtp.") };
	size_t equals = str_index(text, '=');

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (equals < text.n && str_istarts(text, keys[i]))
			return equals + 1;
	return 0;
}

/* Where the local part begins that ends before the '@' at this offset. */
static size_t
local_start(struct str field, size_t at)
{
	size_t i = at;

	while (i > 0) {
		bool quote = field.p[i - 1] == '"' &&
			(i == at || field.p[i] == '.');
		size_t before = quote ? quote_start(field, i) :
			i - is_local_byte(field.p[i - 1]);

		if (before == i)
			break;
		i = before;
	}
	return i + key_size(str_first(str_from(field, i), at - i));
}

static void
redact_field(struct strbuf *sb, struct str key, struct str field)
{
	size_t done = 0;

	for (size_t at = 0; at < field.n; at++) {
		size_t start = field.p[at] == '@' ? local_start(field, at) : at;
		struct str hidden;

		if (start >= at || start < done)
			continue;
		hidden = digest_keyed(sb->arena, key,
			str_first(str_from(field, start), at - start));
		sb_add(sb, str_first(str_from(field, done), start - done));
		sb_add(sb, str_first(hidden, SHOWN_DIGITS));
		sb->failed = sb->failed || hidden.p == NULL;
		done = at;
	}
	sb_add(sb, str_from(field, done));
}

/* A field with its folds, and the line end behind it. */
static struct str
next_field(struct str text)
{
	size_t n = 0;

	do
		n += str_index(str_from(text, n), '\n') + 1;
	while (n < text.n && (text.p[n] == ' ' || text.p[n] == '\t'));
	return str_first(text, n);
}

struct str
redact(struct arena *arena, struct str key, struct str text)
{
	struct strbuf sb = sb_new(arena);

	while (text.n > 0) {
		struct str field = next_field(text);

		if (str_istarts(field, STR("Message-ID:")))
			sb_add(&sb, field);
		else
			redact_field(&sb, key, field);
		text = str_from(text, field.n);
	}
	return sb_done(&sb);
}
