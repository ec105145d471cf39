/*
 * Sentences with placeholders, as administrators write them: the reply to a
 * refused client and the tag of a Subject.
 *
 *     SPF {result}: {explanation}
 */
#ifndef SPF_PHRASE_H
#define SPF_PHRASE_H

#include "base/strbuf.h"
#include "spf/check.h"

/*
 * Is every "{" the begin of a placeholder that there is?  *ret_bad is the text
 * from the one that is not.
 */
bool phrase_valid(struct str phrase, struct str *ret_bad) MUST_USE;

/* {result}, {domain}, {sender}, {client}, {helo}, {receiver}, {reason} and
 * {explanation}: the domain's own words, said to be so, or ours. */
extern const char phrase_placeholders[];

/*
 * The phrase with values in it: printable ASCII, whoever they come from, each
 * cut to PHRASE_VALUE_MAX bytes.  { NULL, 0 } when out of memory.
 */
struct str phrase_fill(struct arena *arena, struct str phrase,
	const struct spf_query *query, const struct spf_answer *answer)
	MUST_USE;

enum { PHRASE_VALUE_MAX = 300 };

/*
 * A stranger's word as text that cannot end a comment: one word, of printable
 * ASCII without brackets and backslashes.
 */
void phrase_add_word(struct strbuf *sb, struct str word);

/* "example.org does not permit 192.0.2.1". */
void phrase_add_judgement(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer);

#endif
