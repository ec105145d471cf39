/*
 * Memory for a library that takes malloc and free from us: with a ceiling, and
 * thrown away as a whole.
 */
#ifndef DKIM_POOL_H
#define DKIM_POOL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

struct pool_block;

struct pool {
	struct pool_block *blocks;
	size_t used;
	size_t limit;
	bool starved; /* an allocation has failed */
	/*
	 * Where to go then, instead of returning NULL, which libopendkim does
	 * not check everywhere (an assertion ends the process).  NULL: return.
	 */
	jmp_buf *escape;
};

/*
 * As malloc and free; pool is a struct pool.  Behind each block there is room
 * for one pointer more: libopendkim ends a list of header fields by a NULL
 * that it has no room for when h= names more fields than the message has.
 */
void *pool_alloc(void *pool, size_t size);
void pool_free(void *pool, void *p);

/* All that is still allocated. */
void pool_empty(struct pool *pool);

#endif
