#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

/* Room for more bytes and the NUL behind them; false when that failed. */
static bool
reserve(struct strbuf *sb, size_t more)
{
	size_t room = sb->room > 0 ? sb->room : 64;
	char *p;

	if (!sb->failed && more < sb->room - sb->n)
		return true;
	if (sb->failed || more > SIZE_MAX / 4) {
		sb->failed = true;
		return false;
	}
	while (room < sb->n + more + 1)
		room *= 2;
	p = arena_grow(sb->arena, sb->p, sb->room, room);
	if (p == NULL) {
		sb->failed = true;
		return false;
	}
	sb->p = p;
	sb->room = room;
	return true;
}

void
sb_add(struct strbuf *sb, struct str text)
{
	if (text.n == 0 || !reserve(sb, text.n))
		return;
	memcpy(sb->p + sb->n, text.p, text.n);
	sb->n += text.n;
}

void
sb_addc(struct strbuf *sb, char c)
{
	if (reserve(sb, 1))
		sb->p[sb->n++] = c;
}

void
sb_addz(struct strbuf *sb, const char *text)
{
	sb_add(sb, str_of(text));
}

/* Into the room that there is, as that is mostly enough; else once more. */
void
sb_addf(struct strbuf *sb, const char *fmt, ...)
{
	size_t room = sb->room - sb->n;
	va_list args;
	int n;

	if (sb->failed)
		return;
	va_start(args, fmt);
	n = vsnprintf(room > 0 ? sb->p + sb->n : NULL, room, fmt, args);
	va_end(args);
	if (n < 0 || !reserve(sb, (size_t)n)) {
		sb->failed = true;
		return;
	}
	if ((size_t)n >= room) {
		va_start(args, fmt);
		vsnprintf(sb->p + sb->n, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	sb->n += (size_t)n;
}

void
sb_add_lower(struct strbuf *sb, struct str text)
{
	if (!reserve(sb, text.n))
		return;
	for (size_t i = 0; i < text.n; i++)
		sb->p[sb->n++] = to_lower(text.p[i]);
}

void
sb_add_escaped(struct strbuf *sb, struct str text, size_t max)
{
	struct str shown = str_first(text, max);

	for (size_t i = 0; i < shown.n; i++) {
		unsigned char c = (unsigned char)shown.p[i];

		if (c >= 0x20 && c < 0x7f && c != '\\')
			sb_addc(sb, (char)c);
		else
			sb_addf(sb, "\\x%02x", c);
	}
	if (shown.n < text.n)
		sb_addz(sb, "...");
}

struct str
sb_done(struct strbuf *sb)
{
	if (!reserve(sb, 0))
		return (struct str){ NULL, 0 };
	sb->p[sb->n] = '\0';
	return (struct str){ sb->p, sb->n };
}
