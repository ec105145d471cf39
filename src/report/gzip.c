#include "report/gzip.h"

#include <limits.h>
#include <zlib.h>

enum {
	GZIP_WINDOW = 15 + 16, /* zlib's way to ask for gzip */
	MEMORY_LEVEL = 8,
	OS_UNKNOWN = 255,
	FIRST_ROOM = 64 * 1024,
};

int
gzip_pack(struct arena *arena, struct str text, struct str *ret)
{
	gz_header header = { .os = OS_UNKNOWN };
	z_stream z = { .next_in = (Bytef *)text.p, .avail_in = (uInt)text.n };
	size_t room;
	int status;

	if (text.n > INT_MAX)
		return ERR_LIMIT;
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
		MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return ERR_NOMEM;
	deflateSetHeader(&z, &header);
	room = deflateBound(&z, text.n);
	z.next_out = arena_alloc(arena, room);
	z.avail_out = (uInt)room;
	ret->p = (const char *)z.next_out;
	status = ret->p != NULL ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	ret->n = z.total_out;
	deflateEnd(&z);
	return status == Z_STREAM_END ? 0 : ERR_NOMEM;
}

/* Inflate all of it into a block that doubles up to max. */
static int
inflate_all(z_stream *z, struct arena *arena, size_t max, struct str *ret)
{
	size_t room = FIRST_ROOM;
	char *block = arena_alloc(arena, room);
	int status = Z_OK;

	while (status == Z_OK && block != NULL) {
		if (z->total_out == room) {
			if (room >= max)
				return ERR_LIMIT;
			block = arena_grow(arena, block, room, room * 2);
			room *= 2;
			continue;
		}
		z->next_out = (Bytef *)block + z->total_out;
		z->avail_out = (uInt)(room - z->total_out);
		status = inflate(z, Z_NO_FLUSH);
	}
	if (block == NULL)
		return ERR_NOMEM;
	*ret = (struct str){ block, z->total_out };
	if (status != Z_STREAM_END)
		return ERR_SYNTAX;
	return ret->n > max ? ERR_LIMIT : 0;
}

int
gzip_unpack(struct arena *arena, struct str data, size_t max, struct str *ret)
{
	z_stream z = { .next_in = (Bytef *)data.p, .avail_in = (uInt)data.n };
	int err;

	if (data.n > INT_MAX)
		return ERR_LIMIT;
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return ERR_NOMEM;
	err = inflate_all(&z, arena, max, ret);
	inflateEnd(&z);
	return err;
}
