/*
 * A From field: there is an author domain, and it is a name that one can ask
 * for, or there is a reason why not.
 */
#include "dmarc/author.h"
#include "dns/name.h"
#include "fuzz/fuzz.h"

static struct author
find(struct arena *arena, const struct headers *headers, bool plain_names)
{
	struct author author;
	struct str name;

	must(author_find(arena, headers, plain_names, &author) == 0);
	must((author.domain.n > 0) == (author.problem.n == 0));
	if (author.domain.n > 0) {
		must(name_normalise(arena, author.domain, &name) == 0);
		must(str_eq(name, author.domain));
	}
	return author;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = input(data, size);
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct author loose, plain;

	must(headers_add(&headers, arena, STR("From"), value) == 0);
	loose = find(arena, &headers, false);
	plain = find(arena, &headers, true);
	must(loose.domain.n == 0 || str_index(value, '@') < value.n);
	must(plain.domain.n == 0 || str_eq(plain.domain, loose.domain));
	must(headers_add(&headers, arena, STR("from"), STR("a@x.com")) == 0);
	must(find(arena, &headers, false).domain.n == 0);
	arena_free(arena);
	return 0;
}
