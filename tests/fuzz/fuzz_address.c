/* A From field and an SMTP path: what is found was in the text. */
#include "fuzz/fuzz.h"
#include "mail/address.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = input(data, size), path = address_path(text);
	struct mailbox split = address_split(path);
	struct arena *arena = arena_new(0);
	struct authors authors;
	int err = address_authors(arena, text, &authors);

	must(split.local.n + split.domain.n <= path.n && path.n <= text.n);
	must(err == 0 || err == ERR_SYNTAX || err == ERR_LIMIT);
	for (size_t i = 0; i < authors.count; i++) {
		struct str domain = authors.boxes[i].domain;

		must(domain.n > 0 && domain.n <= text.n);
		for (size_t j = 0; j < domain.n; j++)
			must((unsigned char)domain.p[j] >= ' ' ||
				domain.p[j] == '\t');
	}
	arena_free(arena);
	return 0;
}
