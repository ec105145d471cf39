/* What the fuzz targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
static inline void
must(bool holds)
{
	if (!holds)
		abort();
}

static inline struct str
input(const uint8_t *data, size_t size)
{
	return (struct str){ (const char *)data, size };
}

/* Printable ASCII alone, but for the bytes in more. */
static inline bool
is_clean(struct str text, const char *more)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < ' ' || text.p[i] >= 0x7f) &&
			(text.p[i] == '\0' || strchr(more, text.p[i]) == NULL))
			return false;
	return true;
}

#endif
