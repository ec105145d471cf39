#include "filter/edits.h"

static bool
reserve(struct edits *edits, struct arena *arena)
{
	size_t room = edits->room > 0 ? edits->room * 2 : 8;
	struct edit *list;

	if (edits->count < edits->room)
		return true;
	list = arena_grow(arena, edits->list, edits->room * sizeof(*list),
		room * sizeof(*list));
	if (list == NULL)
		return false;
	edits->list = list;
	edits->room = room;
	return true;
}

/* A value that could not be made is a failure, too. */
static void
push(struct edits *edits, struct arena *arena, struct edit edit)
{
	if ((edit.kind != EDIT_REMOVE && edit.value.p == NULL) ||
		!reserve(edits, arena))
		edits->failed = true;
	else
		edits->list[edits->count++] = edit;
}

void
edits_add(struct edits *edits, struct arena *arena, struct str name,
	struct str value)
{
	push(edits, arena, (struct edit){ .kind = EDIT_ADD, .name = name,
				   .value = value });
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
	push(edits, arena, (struct edit){ .kind = EDIT_CHANGE,
				   .name = header->name, .value = value,
				   .nth = header->nth });
}

void
edits_quarantine(struct edits *edits, struct arena *arena, struct str reason)
{
	push(edits, arena,
		(struct edit){ .kind = EDIT_QUARANTINE, .value = reason });
}
