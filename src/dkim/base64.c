#include "dkim/base64.h"

/* The six bits that a character stands for; -1: none. */
static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Is that all of the padding that is due after so many digits? */
static bool
is_padding(struct str text, size_t digits)
{
	size_t pads = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '=')
			pads++;
		else if (!is_space(text.p[i]))
			return false;
	}
	return digits % 4 != 1 && (pads == 0 || (digits + pads) % 4 == 0) &&
	       pads <= 2;
}

int
base64_decode(struct arena *arena, struct str text, struct str *ret)
{
	unsigned char *bytes = arena_alloc(arena, text.n * 3 / 4 + 1);
	size_t digits = 0, n = 0, i;
	unsigned bits = 0;

	if (bytes == NULL)
		return ERR_NOMEM;
	for (i = 0; i < text.n && text.p[i] != '='; i++) {
		int six = digit(text.p[i]);

		if (is_space(text.p[i]))
			continue;
		if (six < 0)
			return ERR_SYNTAX;
		bits = (bits << 6 | (unsigned)six) & 0xffffff;
		if (digits++ % 4 != 0)
			bytes[n++] =
				(unsigned char)(bits >>
						(6 - (digits - 1) % 4 * 2));
	}
	if (n == 0 || !is_padding(str_from(text, i), digits))
		return ERR_SYNTAX;
	*ret = (struct str){ (const char *)bytes, n };
	return 0;
}
