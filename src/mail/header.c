#include "mail/header.h"

#include <stdarg.h>
#include <stdio.h>

enum { FOLD_COLUMN = 78 };

static int
reserve(struct headers *headers, struct arena *arena)
{
	size_t room = headers->room > 0 ? headers->room * 2 : 32;
	struct header *fields;

	if (headers->count < headers->room)
		return 0;
	fields = arena_grow(arena, headers->fields,
		headers->room * sizeof(*fields), room * sizeof(*fields));
	if (fields == NULL)
		return ERR_NOMEM;
	headers->fields = fields;
	headers->room = room;
	return 0;
}

/*
 * The number of fields of that name so far.  The search goes upwards, so a
 * header of many equal names, the worst that a stranger can do, stays cheap.
 */
static unsigned
last_nth(const struct headers *headers, struct str name)
{
	for (size_t i = headers->count; i > 0; i--)
		if (str_ieq(headers->fields[i - 1].name, name))
			return headers->fields[i - 1].nth;
	return 0;
}

int
headers_add(struct headers *headers, struct arena *arena, struct str name,
	struct str value)
{
	size_t bytes = name.n + value.n;
	struct header *field;

	if (headers->count >= HEADERS_MAX_COUNT ||
		bytes > HEADERS_MAX_BYTES - headers->bytes)
		return ERR_LIMIT;
	if (reserve(headers, arena) < 0)
		return ERR_NOMEM;
	field = &headers->fields[headers->count];
	field->name = arena_copy(arena, name);
	field->value = arena_copy(arena, value);
	if (field->name.p == NULL || field->value.p == NULL)
		return ERR_NOMEM;
	field->nth = last_nth(headers, name) + 1;
	headers->bytes += bytes;
	headers->count++;
	return 0;
}

const struct header *
headers_find(const struct headers *headers, struct str name, unsigned nth)
{
	for (size_t i = 0; i < headers->count; i++)
		if (headers->fields[i].nth == nth &&
			str_ieq(headers->fields[i].name, name))
			return &headers->fields[i];
	return NULL;
}

unsigned
headers_count(const struct headers *headers, struct str name)
{
	return last_nth(headers, name);
}

struct fold
fold_new(struct arena *arena, struct str name)
{
	/* "Name: " stands before the value. */
	return (struct fold){ .sb = sb_new(arena), .column = name.n + 2 };
}

void
fold_add(struct fold *fold, struct str token)
{
	if (fold->sb.n == 0) {
		/* The first token stays beside the name, whatever its size. */
	} else if (fold->broken ||
		fold->column + 1 + token.n > FOLD_COLUMN) {
		sb_addz(&fold->sb, "\n\t");
		fold->column = 8;
	} else {
		sb_addc(&fold->sb, ' ');
		fold->column++;
	}
	fold->broken = false;
	for (size_t i = 0; i < token.n; i++) {
		char c = token.p[i];

		sb_addc(&fold->sb, c == '\r' || c == '\n' || c == '\0' ?
			'?' : c);
	}
	fold->column += token.n;
}

void
fold_break(struct fold *fold)
{
	fold->broken = true;
}

void
fold_addf(struct fold *fold, const char *fmt, ...)
{
	char small[256], *text = small;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (n >= (int)sizeof(small)) {
		text = arena_alloc(fold->sb.arena, (size_t)n + 1);
		if (text == NULL) {
			fold->sb.failed = true;
			return;
		}
		va_start(args, fmt);
		vsnprintf(text, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	fold_add(fold, (struct str){ text, n > 0 ? (size_t)n : 0 });
}

struct str
fold_done(struct fold *fold)
{
	return sb_done(&fold->sb);
}
