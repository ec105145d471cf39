#include "milter/apply.h"

/* libmilter takes char * and changes nothing. */
static char *
unconst(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* The value as it goes over the socket; NULL when out of memory. */
static char *
wire_value(const struct message *message, struct str value, bool lead_space)
{
	struct strbuf sb = sb_new(message->arena);

	if (lead_space)
		sb_addc(&sb, ' ');
	sb_add(&sb, value);
	return unconst(sb_done(&sb).p);
}

static int
apply_one(SMFICTX *ctx, const struct message *message, const struct edit *edit,
	bool lead_space)
{
	/* A view need not end where libmilter would take it to. */
	char *name = unconst(arena_copy(message->arena, edit->name).p);
	char *value = NULL;
	int status = MI_FAILURE;

	if (name == NULL)
		return ERR_NOMEM;
	if (edit->kind == EDIT_ADD || edit->kind == EDIT_CHANGE) {
		value = wire_value(message, edit->value, lead_space);
		if (value == NULL)
			return ERR_NOMEM;
	}
	switch (edit->kind) {
	case EDIT_ADD:
		status = smfi_insheader(ctx, 0, name, value);
		break;
	case EDIT_REMOVE:
	case EDIT_CHANGE:
		status = smfi_chgheader(ctx, name, (int)edit->nth, value);
		break;
	case EDIT_QUARANTINE:
		status = smfi_quarantine(ctx, unconst(edit->value.p));
		break;
	}
	return status == MI_SUCCESS ? 0 : ERR_LIBRARY;
}

int
apply_edits(SMFICTX *ctx, const struct message *message, bool lead_space)
{
	const struct edits *edits = &message->edits;
	int err = 0;

	/*
	 * Removals first and from the bottom up, as the list has them from the
	 * top down: an MTA may count again after each (Postfix does), and a
	 * field that we add must not be counted at all.
	 */
	for (size_t i = edits->count; i > 0 && err == 0; i--)
		if (edits->list[i - 1].kind != EDIT_ADD)
			err = apply_one(ctx, message, &edits->list[i - 1],
				lead_space);
	for (size_t i = 0; i < edits->count && err == 0; i++)
		if (edits->list[i].kind == EDIT_ADD)
			err = apply_one(ctx, message, &edits->list[i],
				lead_space);
	return err;
}

void
apply_reply(SMFICTX *ctx, const struct reply *reply)
{
	if (reply->code == NULL)
		return;
	/* On failure the MTA's own words stand, with the same meaning. */
	(void)smfi_setreply(ctx, unconst(reply->code),
		unconst(reply->enhanced), unconst(reply->text));
}
