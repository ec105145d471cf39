#include "spf/eval.h"
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

void
spf_stop_nomem(struct spf_eval *eval)
{
	eval->no_memory = true;
	if (eval->stopped)
		return;
	eval->stopped = true;
	eval->result = AUTH_TEMPERROR;
	eval->reason = STR("out of memory");
}

void
spf_stop(struct spf_eval *eval, enum auth_result result, const char *fmt, ...)
{
	struct strbuf sb = sb_new(eval->arena);
	char text[400];
	va_list args;

	if (eval->stopped)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* It may hold a stranger's words, and goes into logs and headers. */
	sb_add_escaped(&sb, str_of(text), sizeof(text));
	eval->reason = sb_done(&sb);
	if (eval->reason.p == NULL) {
		spf_stop_nomem(eval);
		return;
	}
	eval->stopped = true;
	eval->result = result;
}

bool
spf_place_add(struct spf_eval *eval, const struct place *place,
	char name[PLACE_TEXT_SIZE])
{
	size_t room = eval->room > 0 ? eval->room * 2 : 16;

	if (eval->count == eval->room) {
		struct place *places = arena_grow(eval->arena, eval->places,
			eval->room * sizeof(*places), room * sizeof(*places));

		if (places == NULL) {
			spf_stop_nomem(eval);
			return false;
		}
		eval->places = places;
		eval->room = room;
	}
	snprintf(name, PLACE_TEXT_SIZE, "t%zu.x", eval->count);
	eval->places[eval->count++] = *place;
	return true;
}

const struct place *
spf_place_find(const struct spf_eval *eval, const char *name)
{
	struct str text = str_of(name);
	unsigned long index;

	if (text.n < 4 || *name != 't' || !str_iends(text, STR(".x")) ||
		!str_to_ulong((struct str){ name + 1, text.n - 3 },
			eval->count, &index) ||
		index >= eval->count)
		return NULL;
	return &eval->places[index];
}
