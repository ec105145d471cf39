#include "dkim/length.h"

enum { CRLF = 2 };

static void
end_line(struct body_length *l)
{
	if (l->line > 0) {
		l->simple += l->empty * CRLF + l->line + CRLF;
		l->empty = 0;
	} else {
		l->empty++;
	}
	if (l->relaxed_line > 0) {
		l->relaxed +=
			l->relaxed_empty * CRLF + l->relaxed_line + CRLF;
		l->relaxed_empty = 0;
	} else {
		l->relaxed_empty++;
	}
	l->line = l->relaxed_line = 0;
	l->space = l->cr = false;
}

static void
add_byte(struct body_length *l, char c)
{
	l->line++;
	if (c == ' ' || c == '\t') {
		l->space = true;
		return;
	}
	l->relaxed_line += l->space ? 2 : 1;
	l->space = false;
}

static void
add(struct body_length *l, char c)
{
	if (c == '\n' && l->cr) {
		end_line(l);
		return;
	}
	if (l->cr)
		add_byte(l, '\r');
	l->cr = c == '\r';
	if (!l->cr)
		add_byte(l, c);
}

void
body_length_add(struct body_length *length, struct str chunk)
{
	for (size_t i = 0; i < chunk.n; i++)
		add(length, chunk.p[i]);
}

uint64_t
body_length_end(const struct body_length *length, bool relaxed)
{
	struct body_length l = *length;

	if (l.cr)
		add_byte(&l, '\r');
	if (l.line > 0)
		end_line(&l);
	if (relaxed)
		return l.relaxed;
	return l.simple > 0 ? l.simple : CRLF;
}
