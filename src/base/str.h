/*
 * Text as a view with a length.
 *
 * Mail is bytes from strangers: it may hold NUL, and it need not end.  A view
 * borrows; it is valid as long as what it looks into.  Case folding is ASCII
 * only, whatever the locale.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* A view of a string literal, usable in tables. */
#define STR(literal) ((struct str){ literal, sizeof(literal) - 1 })

/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p != NULL ? (s).p : ""

/* A view of a C string; NULL gives the empty view. */
static inline struct str
str_of(const char *text)
{
	return (struct str){ text, text != NULL ? strlen(text) : 0 };
}

/* The view from offset from (capped) to the end. */
static inline struct str
str_from(struct str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	/* Not even 0 may be added to NULL. */
	return (struct str){ from > 0 ? s.p + from : s.p, s.n - from };
}

/* The first count bytes (capped). */
static inline struct str
str_first(struct str s, size_t count)
{
	return (struct str){ s.p, count < s.n ? count : s.n };
}

bool str_eq(struct str a, struct str b);
bool str_ieq(struct str a, struct str b); /* ASCII case ignored */
bool str_istarts(struct str s, struct str prefix);
bool str_iends(struct str s, struct str suffix);

/* Offset of the first c, or s.n. */
size_t str_index(struct str s, char c);

/* Without leading and trailing space, tab, CR and LF. */
struct str str_trim(struct str s);

/*
 * Cut the part before the first sep off *rest and return it; *rest then begins
 * behind the separator.  *rest is { NULL, 0 } after the last part.
 */
struct str str_cut(struct str *rest, char sep);

/* Decimal digits only, no sign; false on anything else or above max. */
bool str_to_ulong(struct str s, unsigned long max, unsigned long *ret);

/* ASCII classes, independent of the locale. */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline char
to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

#endif
