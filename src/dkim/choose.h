/*
 * Which signatures of a message are looked at, when there are more than we
 * take: those of its author's domain matter most, for DMARC asks for them.
 */
#ifndef DKIM_CHOOSE_H
#define DKIM_CHOOSE_H

#include "mail/header.h"

/* d= is the author's domain; above or below it; neither. */
enum choice_rank { CHOICE_AUTHOR, CHOICE_RELATED, CHOICE_OTHER, CHOICE_RANKS };

struct choice {
	const struct header *field;
	enum choice_rank rank;
};

/*
 * At most most DKIM-Signature fields, those of the best rank, and within a rank
 * the topmost; the list is in the order of the message.  ERR_NOMEM.
 */
int choose_signatures(struct arena *arena, const struct headers *headers,
	size_t most, struct choice **ret, size_t *ret_count) MUST_USE;

#endif
