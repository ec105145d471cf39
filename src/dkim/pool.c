#include "dkim/pool.h"

#include <stdalign.h>
#include <stdlib.h>

struct pool_block {
	struct pool_block *next;
	struct pool_block *prev;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

enum { MARGIN = sizeof(void *) };

void *
pool_alloc(void *pool_arg, size_t size)
{
	struct pool *pool = pool_arg;
	struct pool_block *b = NULL;

	if (size <= pool->limit && pool->used <= pool->limit - size)
		b = malloc(sizeof(*b) + size + MARGIN);
	if (b == NULL) {
		pool->starved = true;
		if (pool->escape != NULL)
			longjmp(*pool->escape, 1);
		return NULL;
	}
	b->size = size;
	b->prev = NULL;
	b->next = pool->blocks;
	if (b->next != NULL)
		b->next->prev = b;
	pool->blocks = b;
	pool->used += size;
	return b->data;
}

void
pool_free(void *pool_arg, void *p)
{
	struct pool *pool = pool_arg;
	struct pool_block *b;

	if (p == NULL)
		return;
	b = (struct pool_block *)((unsigned char *)p -
		offsetof(struct pool_block, data));
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		pool->blocks = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
	pool->used -= b->size;
	free(b);
}

void
pool_empty(struct pool *pool)
{
	while (pool->blocks != NULL)
		pool_free(pool, pool->blocks->data);
}
