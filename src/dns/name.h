/*
 * Domain names in text.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/arena.h"
#include "base/str.h"

enum { NAME_MAX_BYTES = 253, NAME_MAX_LABEL = 63 };

/*
 * The form in which mailvet compares and asks for names: A-labels (RFC 5891,
 * by libidn2), lower case, no trailing dot.  ERR_SYNTAX when it cannot be a
 * host name or mail domain (empty label, label over 63, name over 253 bytes,
 * a byte outside letters, digits, '-' and '_' in the A-label form).
 */
int name_normalise(struct arena *arena, struct str text, struct str *ret)
	MUST_USE;

/* How many labels; "" has none. */
unsigned name_labels(struct str name);

/* Without the leftmost label; "" for a single one. */
struct str name_parent(struct str name);

/* The rightmost count labels (all of them if there are fewer). */
struct str name_last_labels(struct str name, unsigned count);

/* Equal, or below: "a.example.com" is within "example.com".  ASCII case
 * ignored; "badexample.com" is not.  Nothing is within "". */
bool name_within(struct str name, struct str ancestor);

#endif
