#include "mail/encoded.h"

#include "base/strbuf.h"

/* One encoded word, taken apart. */
struct word {
	struct str charset;
	char encoding; /* 'b' or 'q' */
	struct str text;
};

/* "utf-7", "unicode-1-1-utf-7", "csUnicode11UTF7": RFC 2152. */
static bool
is_utf7(struct str charset)
{
	for (; charset.n > 0; charset = str_from(charset, 1))
		if (str_istarts(charset, STR("utf-7")) ||
			str_istarts(charset, STR("utf7")))
			return true;
	return false;
}

/* The part of *rest before the next '?', which is passed over. */
static bool
take_part(struct str *rest, struct str *ret)
{
	size_t at = str_index(*rest, '?');

	if (at == rest->n)
		return false;
	*ret = str_first(*rest, at);
	*rest = str_from(*rest, at + 1);
	return true;
}

/* "=?charset?encoding?text?=" at the start of *rest, which is then behind. */
static bool
take_word(struct str *rest, struct word *ret)
{
	struct str s = *rest, encoding;
	const char *end;

	if (!str_istarts(s, STR("=?")))
		return false;
	s = str_from(s, 2);
	if (!take_part(&s, &ret->charset) || !take_part(&s, &encoding) ||
		ret->charset.n == 0 || encoding.n != 1)
		return false;
	ret->encoding = to_lower(encoding.p[0]);
	end = s.n > 0 ? memmem(s.p, s.n, "?=", 2) : NULL;
	if (end == NULL || (ret->encoding != 'b' && ret->encoding != 'q'))
		return false;
	ret->text = str_first(s, (size_t)(end - s.p));
	*rest = str_from(s, ret->text.n + 2);
	return true;
}

static int
hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
add_q(struct strbuf *sb, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '=' && i + 2 < text.n && hex(text.p[i + 1]) >= 0 &&
			hex(text.p[i + 2]) >= 0) {
			c = (char)(hex(text.p[i + 1]) << 4 |
				hex(text.p[i + 2]));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		sb_addc(sb, c);
	}
}

static int
base64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* What is not of the alphabet is passed over, padding included. */
static void
add_b(struct strbuf *sb, struct str text)
{
	unsigned bits = 0, value = 0;

	for (size_t i = 0; i < text.n; i++) {
		int digit = base64(text.p[i]);

		if (digit < 0)
			continue;
		value = (value << 6 | (unsigned)digit) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		sb_addc(sb, (char)(value >> bits & 0xff));
	}
}

/* A unit of UTF-16 as UTF-8; what takes two of them is no address's. */
static void
add_unit(struct strbuf *sb, unsigned unit)
{
	if (unit >= 0x800)
		sb_addc(sb, (char)(0xe0 | unit >> 12));
	if (unit >= 0x800)
		sb_addc(sb, (char)(0x80 | (unit >> 6 & 0x3f)));
	else if (unit >= 0x80)
		sb_addc(sb, (char)(0xc0 | unit >> 6));
	sb_addc(sb, (char)(unit >= 0x80 ? 0x80 | (unit & 0x3f) : unit));
}

/* UTF-7: "+" and base64 of UTF-16, up to what is not base64; "+-" is a plus. */
static void
add_utf7(struct strbuf *sb, struct str text)
{
	while (text.n > 0) {
		unsigned bits = 0, value = 0;
		int digit;

		if (text.p[0] != '+' || str_istarts(text, STR("+-"))) {
			sb_addc(sb, text.p[0]);
			text = str_from(text, text.p[0] == '+' ? 2 : 1);
			continue;
		}
		text = str_from(text, 1);
		while (text.n > 0 && (digit = base64(text.p[0])) >= 0) {
			text = str_from(text, 1);
			value = (value << 6 | (unsigned)digit) & 0x3fffff;
			bits += 6;
			if (bits < 16)
				continue;
			bits -= 16;
			add_unit(sb, value >> bits & 0xffff);
		}
		if (text.n > 0 && text.p[0] == '-')
			text = str_from(text, 1);
	}
}

/*
 * ISO-2022-JP (RFC 1468): behind ESC $ B or ESC $ @ there are halves of
 * characters, and no ASCII.  Any other escape ends that here, since decoders
 * that do not know one differ in what they make of it.
 */
static void
add_iso2022jp(struct strbuf *sb, struct str text)
{
	bool wide = false;

	while (text.n > 0) {
		char c = text.p[0];
		struct str escape = str_first(text, 3);
		bool shift = str_eq(escape, STR("\x1b$B")) ||
			str_eq(escape, STR("\x1b$@"));

		wide = shift || (wide && c != '\x1b');
		if (!shift)
			sb_addc(sb, wide && c > ' ' ? '\xff' : c);
		text = str_from(text, shift ? 3 : 1);
	}
}

static void
add_bytes(struct strbuf *sb, const struct word *word)
{
	if (word->encoding == 'b')
		add_b(sb, word->text);
	else
		add_q(sb, word->text);
}

static void
add_word(struct strbuf *sb, const struct word *word)
{
	struct strbuf bytes = sb_new(sb->arena);
	struct str text;

	add_bytes(&bytes, word);
	text = sb_done(&bytes);
	if (text.p == NULL)
		sb->failed = true;
	else if (is_utf7(word->charset))
		add_utf7(sb, text);
	else if (str_istarts(word->charset, STR("iso-2022-jp")))
		add_iso2022jp(sb, text);
	else
		sb_add(sb, text);
}

int
encoded_decode(struct arena *arena, struct str value, struct decoded *ret)
{
	struct strbuf text = sb_new(arena), words = sb_new(arena);
	struct str rest = value, space = { NULL, 0 };
	struct word word;

	while (rest.n > 0) {
		if (take_word(&rest, &word)) {
			add_word(&text, &word);
			add_word(&words, &word);
			space = str_first(rest, 0);
			while (rest.n > 0 && is_space(rest.p[0])) {
				space.n++;
				rest = str_from(rest, 1);
			}
			continue;
		}
		/* Between two encoded words it would have been dropped. */
		sb_add(&text, space);
		space.n = 0;
		sb_addc(&text, rest.p[0]);
		rest = str_from(rest, 1);
	}
	ret->text = sb_done(&text);
	ret->words = sb_done(&words);
	return ret->text.p != NULL && ret->words.p != NULL ? 0 : ERR_NOMEM;
}
