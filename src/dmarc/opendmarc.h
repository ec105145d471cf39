/*
 * A second opinion on a policy record, by libopendmarc.
 *
 * The library parses what record.c has normalised, and both readings are
 * compared.  A difference is a bug, in one or the other: it is said, and ours
 * counts.  Nothing else of the library is used, as its alignment and its
 * organizational domain can be fooled.
 *
 * What keeps it harmless: a context of its own per call and no library-wide
 * state (opendmarc_policy_library_init only serves its DNS and its suffix
 * list), so any thread may call this; lists that would fill its fixed buffers
 * are not handed over, since it drops them, or the whole record, or reads past
 * the end of the buffer, by version and length; and it is not asked to copy a
 * list into a buffer, which would query the DNS.
 */
#ifndef DMARC_OPENDMARC_H
#define DMARC_OPENDMARC_H

#include "dmarc/record.h"

/*
 * Compare for the domain at which the record was found.  A record that does not
 * apply is not compared, the library knows no such thing.
 * *ret is what differs, for people ("p, rua"), in arena; NULL: nothing.
 * 0, ERR_NOMEM.
 */
int opendmarc_compare(struct arena *arena, struct str domain,
	const struct dmarc_record *record, const char **ret) MUST_USE;

#endif
