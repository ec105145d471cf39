#include "dmarc/utf8.h"

#include "base/strbuf.h"

#define REPLACEMENT STR("\xef\xbf\xbd")

/*
 * RFC 3629 section 4: what the first byte says of the length, and between what
 * the second must be; the rest is from 80 to BF.
 */
static const struct {
	unsigned char first, last, low, high;
	unsigned length;
} forms[] = {
	{ 0x01, 0x7f, 0x00, 0xff, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Bytes of the character at the start of s; 0: there is none. */
static size_t
character(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, n;

	while (i < sizeof(forms) / sizeof(*forms) &&
		(p[0] < forms[i].first || p[0] > forms[i].last))
		i++;
	if (i == sizeof(forms) / sizeof(*forms) || s.n < forms[i].length)
		return 0;
	n = forms[i].length;
	if (n > 1 && (p[1] < forms[i].low || p[1] > forms[i].high))
		return 0;
	for (size_t j = 2; j < n; j++)
		if ((p[j] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* How many bytes from the start are UTF-8. */
static size_t
valid_prefix(struct str s)
{
	size_t at = 0, n;

	while (at < s.n && (n = character(str_from(s, at))) > 0)
		at += n;
	return at;
}

struct str
utf8_make(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);
	size_t n = valid_prefix(text);

	if (n == text.n)
		return text.p != NULL ? text : STR("");
	for (;;) {
		sb_add(&sb, str_first(text, n));
		text = str_from(text, n);
		if (text.n == 0)
			return sb_done(&sb);
		sb_add(&sb, REPLACEMENT);
		text = str_from(text, 1);
		n = valid_prefix(text);
	}
}
