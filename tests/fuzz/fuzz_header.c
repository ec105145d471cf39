/*
 * Comments, quoted strings and folds; fields are lines of the input, numbered
 * as counting them would.
 */
#include "fuzz/fuzz.h"
#include "mail/cfws.h"
#include "mail/header.h"

static void
skip(struct arena *arena, struct str text)
{
	struct str rest = text, inside;

	must(cfws_skip(&rest) < 0 || rest.n <= text.n);
	rest = text;
	if (text.n > 0 && text.p[0] == '(')
		must(cfws_skip_comment(&rest, &inside) < 0 ||
			inside.n + rest.n + 2 == text.n);
	if (text.n > 0 && text.p[0] == '"')
		must(cfws_quoted(arena, &rest, &inside) < 0 ||
			inside.n + rest.n + 2 <= text.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = input(data, size);
	struct arena *arena = arena_new(0);
	struct fold fold = fold_new(arena, STR("Name"));
	struct headers headers = { 0 };

	skip(arena, rest);
	while (rest.n > 0 && headers.count < 100) {
		struct str value = str_cut(&rest, '\n');
		struct str name = str_cut(&value, ':');
		unsigned count = 1;

		fold_add(&fold, value);
		for (size_t i = 0; i < headers.count; i++)
			count += str_ieq(headers.fields[i].name, name);
		must(headers_add(&headers, arena, name, value) == 0);
		must(headers_count(&headers, name) == count);
		must(headers_find(&headers, name, count) ==
			&headers.fields[headers.count - 1]);
	}
	rest = fold_done(&fold);
	for (size_t i = 0; i < rest.n; i++)
		must(rest.p[i] != '\r' && rest.p[i] != '\0' &&
			(rest.p[i] != '\n' || rest.p[i + 1] == '\t'));
	arena_free(arena);
	return 0;
}
