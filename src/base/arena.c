#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* With what malloc adds, 512 bytes and one page.  An idle connection
	 * needs no more than the first, a message some pages. */
	FIRST_BLOCK = 512 - 48,
	BLOCK_SIZE = 4096 - 48,
	ALIGN = alignof(max_align_t),
};

struct block {
	struct block *next;
	size_t size; /* bytes of data */
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct block *blocks; /* newest first */
	struct cleanup *cleanups;
	size_t limit;
	size_t used;
};

struct arena *
arena_new(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena != NULL)
		arena->limit = limit;
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct cleanup *c = arena->cleanups; c != NULL; c = c->next)
		c->fn(c->arg);
	for (struct block *b = arena->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

static size_t
rounded(size_t size)
{
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

/*
 * A block with room for size more bytes.  A large one, which is full at once,
 * goes behind the newest, whose room would else be lost to the small ones.
 */
static struct block *
new_block(struct arena *arena, size_t size)
{
	bool large = size > BLOCK_SIZE / 4;
	bool first = arena->blocks == NULL && size <= FIRST_BLOCK;
	size_t room = large ? size : first ? FIRST_BLOCK : BLOCK_SIZE;
	struct block *b = malloc(sizeof(*b) + room);
	struct block **at = large && arena->blocks != NULL ?
		&arena->blocks->next : &arena->blocks;

	if (b == NULL)
		return NULL;
	b->size = room;
	b->used = 0;
	b->next = *at;
	*at = b;
	return b;
}

/* Does the ceiling allow size more bytes?  Zero means no ceiling. */
static bool
within_limit(const struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		return false;
	return arena->limit == 0 || (arena->used <= arena->limit &&
		size <= arena->limit - arena->used);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct block *b = arena->blocks;
	void *p;

	if (!within_limit(arena, size))
		return NULL;
	size = rounded(size > 0 ? size : 1);
	if (b == NULL || size > b->size - b->used)
		b = new_block(arena, size);
	if (b == NULL)
		return NULL;
	p = b->data + b->used;
	b->used += size;
	arena->used += size;
	return memset(p, 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(arena, total);
}

/* Grow the newest allocation where it stands, if it is that. */
static bool
grow_in_place(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	struct block *b = arena->blocks;
	unsigned char *end = (unsigned char *)old + rounded(old_size);
	size_t more;

	if (b == NULL || end != b->data + b->used ||
		!within_limit(arena, new_size - old_size))
		return false;
	more = rounded(new_size) - rounded(old_size);
	if (more > b->size - b->used)
		return false;
	memset(end, 0, more);
	b->used += more;
	arena->used += more;
	return true;
}

void *
arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	void *p;

	if (new_size <= old_size)
		return old;
	if (old_size > 0 && grow_in_place(arena, old, old_size, new_size))
		return old;
	p = arena_alloc(arena, new_size);
	if (p != NULL && old_size > 0)
		memcpy(p, old, old_size);
	return p;
}

struct str
arena_copy(struct arena *arena, struct str text)
{
	char *p = text.n < SIZE_MAX ? arena_alloc(arena, text.n + 1) : NULL;

	if (p == NULL)
		return (struct str){ NULL, 0 };
	if (text.n > 0)
		memcpy(p, text.p, text.n);
	return (struct str){ p, text.n };
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return (char *)arena_copy(arena, str_of(text)).p;
}

int
arena_defer(struct arena *arena, void (*fn)(void *), void *arg)
{
	struct cleanup *c = arena_alloc(arena, sizeof(*c));

	if (c == NULL) {
		fn(arg);
		return ERR_NOMEM;
	}
	*c = (struct cleanup){ arena->cleanups, fn, arg };
	arena->cleanups = c;
	return 0;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}
