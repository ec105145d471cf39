/*
 * The header hash of a signature (RFC 6376 sections 3.4.1, 3.4.2 and 3.7), for
 * those that libopendkim cannot hash: see plain in signature.h.
 */
#ifndef DKIM_CANON_H
#define DKIM_CANON_H

#include "dkim/crypto.h"
#include "dkim/signature.h"

/*
 * SHA-256 of the fields that the signature names and of its own field without
 * b=.  field is that one of headers.  ERR_NOMEM.
 */
int canon_hash(const struct headers *headers, const struct header *field,
	const struct signature *sig, unsigned char ret[SHA256_SIZE]) MUST_USE;

#endif
