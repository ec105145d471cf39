/*
 * The two hashes of each signature of a message, from its header and body.
 *
 * libopendkim makes them.  A signature field that it does not take, or takes
 * wrongly, is replaced by another one for the body, and the header hash is
 * canon.h's.
 */
#ifndef DKIM_HASHES_H
#define DKIM_HASHES_H

#include "dkim/lib.h"
#include "dkim/signature.h"

struct hashes;

/* For at most most signatures; headers must outlive it.  ERR_NOMEM. */
int hashes_new(struct arena *arena, const struct headers *headers, size_t most,
	struct hashes **ret) MUST_USE;

/* Ask for those of a signature, a field of headers: top first, before the
 * header is fed.  They count from 0; sig must live as long. */
void hashes_want(struct hashes *hashes, const struct header *field,
	const struct signature *sig);

/* Hand the header over.  ERR_NOMEM, ERR_LIBRARY. */
int hashes_header(struct hashes *hashes, struct dk_library *library) MUST_USE;

/* The next bytes of the body; the end.  As dk_body and dk_end. */
int hashes_body(struct hashes *hashes, struct str chunk) MUST_USE;
int hashes_end(struct hashes *hashes) MUST_USE;

/* As dk_bare_newline. */
bool hashes_bare_newline(const struct hashes *hashes) NONNULL;

/* Of the signature with that number.  ERR_NOMEM; ERR_LIBRARY when the library
 * could not read it. */
int hashes_get(const struct hashes *hashes, size_t number,
	unsigned char header[DK_HASH_SIZE],
	unsigned char body[DK_HASH_SIZE]) MUST_USE;

#endif
