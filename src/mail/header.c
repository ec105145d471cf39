#include "mail/header.h"

#include <stdarg.h>
#include <stdio.h>

enum { FOLD_COLUMN = 78 };

static int
reserve(struct headers *headers, struct arena *arena)
{
	size_t room = headers->room > 0 ? headers->room * 2 : 32;
	struct header *fields;
	unsigned *last;

	if (headers->count < headers->room)
		return 0;
	fields = arena_grow(arena, headers->fields,
		headers->room * sizeof(*fields), room * sizeof(*fields));
	last = arena_grow(arena, headers->last, headers->room * sizeof(*last),
		room * sizeof(*last));
	if (fields == NULL || last == NULL)
		return ERR_NOMEM;
	headers->fields = fields;
	headers->last = last;
	headers->room = room;
	return 0;
}

/* Any order will do; shorter names first is the cheapest. */
static int
compare(struct str a, struct str b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	for (size_t i = 0; i < a.n; i++) {
		int order = to_lower(a.p[i]) - to_lower(b.p[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

/*
 * Where the name is among the last fields, or belongs.  A search that halves:
 * a stranger may send thousands of different names.
 */
static size_t
place(const struct headers *headers, struct str name, bool *found)
{
	size_t from = 0, to = headers->names;

	*found = false;
	while (from < to && !*found) {
		size_t mid = from + (to - from) / 2;
		int order = compare(name,
			headers->fields[headers->last[mid]].name);

		*found = order == 0;
		if (order > 0)
			from = mid + 1;
		else
			to = mid;
	}
	return to;
}

unsigned
headers_count(const struct headers *headers, struct str name)
{
	bool found;
	size_t at = place(headers, name, &found);

	return found ? headers->fields[headers->last[at]].nth : 0;
}

/* Count the field that was put at the end, but is not in headers->count yet. */
static void
number(struct headers *headers, struct header *field)
{
	bool found;
	size_t at = place(headers, field->name, &found);
	unsigned *last = headers->last + at;

	field->nth = found ? headers->fields[*last].nth + 1 : 1;
	if (!found) {
		memmove(last + 1, last,
			(headers->names - at) * sizeof(*last));
		headers->names++;
	}
	*last = (unsigned)headers->count;
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
	number(headers, field);
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

struct fold
fold_new(struct arena *arena, struct str name)
{
	/* "Name: " stands before the value. */
	return (struct fold){ .sb = sb_new(arena), .column = name.n + 2 };
}

void
fold_add(struct fold *fold, struct str token)
{
	size_t begin;

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
	begin = fold->sb.n;
	sb_add(&fold->sb, token);
	for (size_t i = begin; i < fold->sb.n; i++) {
		char c = fold->sb.p[i];

		if (c == '\r' || c == '\n' || c == '\0')
			fold->sb.p[i] = '?';
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
