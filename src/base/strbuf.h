/*
 * A string builder in an arena.
 *
 * Errors stick: append as you like and check once at the end.  The text never
 * ends up half written: sb_done returns { NULL, 0 } after a failure.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/arena.h"
#include "base/str.h"

struct strbuf {
	struct arena *arena;
	char *p;
	size_t n;
	size_t room;
	bool failed;
};

/* An empty builder; nothing is allocated before the first byte. */
static inline struct strbuf
sb_new(struct arena *arena)
{
	return (struct strbuf){ .arena = arena };
}

void sb_add(struct strbuf *sb, struct str text);
void sb_addc(struct strbuf *sb, char c);
void sb_addz(struct strbuf *sb, const char *text);
void sb_addf(struct strbuf *sb, const char *fmt, ...) FORMAT(2, 3);

/* ASCII lower-cased. */
void sb_add_lower(struct strbuf *sb, struct str text);

/*
 * For a log or a screen: printable ASCII as it is, each other byte as \xNN;
 * at most max bytes of text, then "...".
 */
void sb_add_escaped(struct strbuf *sb, struct str text, size_t max);

/*
 * The text, NUL-terminated, owned by the arena; { NULL, 0 } when anything
 * failed.  The builder may go on to be used.
 */
struct str sb_done(struct strbuf *sb) MUST_USE;

#endif
