/* A tag=value list: strict is lenient without mistakes. */
#include "fuzz/fuzz.h"
#include "mail/taglist.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = input(data, size), rest = text;
	struct arena *arena = arena_new(0);
	struct taglist list;
	int err = taglist_parse(arena, text, &list), one;
	size_t count = 0, wrong = 0;
	struct tag tag;

	while ((one = taglist_next(&rest, &tag)) != 0) {
		count += one > 0;
		wrong += one < 0;
	}
	must(err != 0 || (wrong == 0 && list.count == count));
	for (size_t i = 0; err == 0 && i < list.count; i++) {
		struct arena *scratch = arena_new(0);
		char *name = (char *)(uintptr_t)arena_copy(
			scratch, list.tags[i].name).p;

		/* No name is there twice. */
		must(taglist_get(&list, name).p == list.tags[i].value.p);
		arena_free(scratch);
	}
	arena_free(arena);
	return 0;
}
