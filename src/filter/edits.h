/*
 * What a filter wants changed in a message.  Kept as a list until the end of
 * the message, the only time at which an MTA takes edits.
 */
#ifndef FILTER_EDITS_H
#define FILTER_EDITS_H

#include "base/arena.h"
#include "mail/header.h"

enum edit_kind {
	EDIT_ADD,	 /* a field at the very top */
	EDIT_REMOVE,	 /* the nth field of that name */
	EDIT_CHANGE,	 /* the value of the nth field of that name */
	EDIT_QUARANTINE, /* value: the reason */
};

struct edit {
	enum edit_kind kind;
	struct str name;
	struct str value; /* folds as LF and tab, no leading space */
	unsigned nth;	  /* 1-based, as counted before any edit */
};

struct edits {
	struct edit *list;
	size_t count;
	size_t room;
	bool failed; /* out of memory: the message must be deferred */
};

/*
 * The views must live as long as the arena; nothing is copied.  Failure sticks
 * in edits->failed: check once, at the end.  A value of { NULL, 0 }, what a
 * string builder returns without memory, is one.
 */
void edits_add(struct edits *edits, struct arena *arena, struct str name,
	struct str value);
void edits_remove(struct edits *edits, struct arena *arena,
	const struct header *header);
void edits_change(struct edits *edits, struct arena *arena,
	const struct header *header, struct str value);
void edits_quarantine(
	struct edits *edits, struct arena *arena, struct str reason);

#endif
