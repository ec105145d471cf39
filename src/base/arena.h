/*
 * Memory with one lifetime.
 *
 * There are three lifetimes in mailvet: a configuration snapshot, a connection,
 * a message.  Each has an arena; all that belongs to it is allocated there and
 * goes with it at once.  Foreign handles (of libopendkim, of a DNS answer)
 * register a cleanup, so there is one way out for abort, end and close.
 *
 * An arena has a ceiling: what a stranger sends can make it fail, not grow
 * without bound.  An arena is not thread-safe; it belongs to one session.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * A new arena that hands out at most limit bytes in all (0: no ceiling).
 * NULL when out of memory.  Free it with arena_free.
 */
struct arena *arena_new(size_t limit) MUST_USE;

/* Run the cleanups, last registered first, and free everything.  NULL is ok. */
void arena_free(struct arena *arena);

/* size zeroed bytes, aligned for any type; NULL when full. */
void *arena_alloc(struct arena *arena, size_t size) MUST_USE NONNULL;

/* As arena_alloc for count elements, with the product checked. */
void *arena_array(struct arena *arena, size_t count, size_t size) MUST_USE
	NONNULL;

/*
 * Grow the newest allocation in place where possible, else move it.
 * old may be NULL with old_size 0.  The new bytes are zeroed.
 */
void *arena_grow(struct arena *arena, void *old, size_t old_size,
	size_t new_size) MUST_USE;

/* A NUL-terminated copy of the view (p == NULL when full). */
struct str arena_copy(struct arena *arena, struct str text) MUST_USE;

/* Likewise, of a C string; NULL when full. */
char *arena_strdup(struct arena *arena, const char *text) MUST_USE NONNULL;

/*
 * Call fn(arg) when the arena is freed.  When this fails with ERR_NOMEM, fn has
 * been called already: the caller never has to clean up itself.
 */
int arena_defer(struct arena *arena, void (*fn)(void *), void *arg) MUST_USE;

/* Bytes handed out so far, for bounds and statistics. */
size_t arena_used(const struct arena *arena) NONNULL;

#endif
