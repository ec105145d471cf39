/*
 * A line of the journal: what is taken from it can be reported, in one way of
 * writing, and nothing in it can leave its place.
 */
#include "dns/name.h"
#include "fuzz/fuzz.h"
#include "report/destination.h"
#include "report/message.h"
#include "report/tuple.h"

static void
check_tuple(struct arena *arena, const struct tuple *tuple)
{
	struct str text = tuple_to_text(arena, tuple);
	struct tuple back;

	must(text.p != NULL);
	must(tuple->dkim_count <= TUPLE_DKIM_MAX);
	must(tuple_from_text(arena, text, &back) == 0);
	must(str_eq(tuple_to_text(arena, &back), text));
	must(is_clean(tuple->header_from, ""));
}

static void
check_destinations(struct arena *arena, const struct line_uris *uris)
{
	struct line_uris back;
	struct destinations all;
	struct str text = uris_to_text(arena, uris);

	must(uris_from_text(arena, text, &back) == 0);
	must(back.count <= uris->count);
	must(destinations_parse(arena, &back, &all) == 0);
	for (size_t i = 0; i < all.count; i++)
		must(is_clean(all.list[i].address, "") &&
			str_index(all.list[i].address, ' ') ==
			all.list[i].address.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	enum line_verdict verdict;
	struct policy policy;
	struct line line;

	must(line_parse(arena, input(data, size), &line, &verdict) == 0);
	if (verdict == LINE_GOOD) {
		must(line.policy.domain.n <= NAME_MAX_BYTES);
		must(is_clean(line.policy.domain, ""));
		must(policy_from_text(arena, policy_to_text(arena,
			&line.policy), &policy) == 0);
		check_tuple(arena, &line.tuple);
		check_destinations(arena, &line.rua);
		check_destinations(arena, &line.ruf);
	}
	arena_free(arena);
	return 0;
}
