#include "filter/edits.h"

static void
push(struct edits *edits, struct arena *arena, struct edit edit)
{
	if (edits->count == edits->room) {
		size_t room = edits->room > 0 ? edits->room * 2 : 8;
		struct edit *list = arena_grow(arena, edits->list,
			edits->room * sizeof(*list), room * sizeof(*list));

		if (list == NULL) {
			edits->failed = true;
			return;
		}
		edits->list = list;
		edits->room = room;
	}
	edits->list[edits->count++] = edit;
}

void
edits_add(struct edits *edits, struct arena *arena, struct str name,
	struct str value)
{
	if (value.p == NULL)
		edits->failed = true;
	else
		push(edits, arena, (struct edit){ .kind = EDIT_ADD,
					   .name = name, .value = value });
}

void
edits_remove(struct edits *edits, struct arena *arena,
	const struct header *header)
{
	push(edits, arena, (struct edit){ .kind = EDIT_REMOVE,
				   .name = header->name, .nth = header->nth });
}

void
edits_change(struct edits *edits, struct arena *arena,
	const struct header *header, struct str value)
{
	if (value.p == NULL)
		edits->failed = true;
	else
		push(edits, arena, (struct edit){ .kind = EDIT_CHANGE,
					   .name = header->name,
					   .value = value,
					   .nth = header->nth });
}

void
edits_quarantine(struct edits *edits, struct arena *arena, struct str reason)
{
	push(edits, arena,
		(struct edit){ .kind = EDIT_QUARANTINE, .value = reason });
}

bool
edits_removes(const struct edits *edits, const struct header *header)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->list[i].kind == EDIT_REMOVE &&
			edits->list[i].nth == header->nth &&
			str_ieq(edits->list[i].name, header->name))
			return true;
	return false;
}
