/*
 * What verifying and signing share of libopendkim: the only place that calls
 * it.
 *
 * It canonicalizes and hashes: for a signer, header and body of a field still
 * without b=; for a verifier, bodies.  So neither a key nor a stranger's
 * signature enters the library.  Its own check of a signature decodes the key
 * five times as slowly as need be, has no room for more than 5700 bits and
 * takes rsa-sha1; its parser does not take UTF-8 (RFC 8616), "b =" or an
 * encoded i=.
 *
 * Its memory comes from a pool of the message, with a ceiling, that is thrown
 * away as a whole: where the library runs out of memory it leaves pointers
 * behind that its own dkim_free would follow.  It never asks the DNS.  Names
 * begin with dk_, for dkim_ is the library's.
 */
#ifndef DKIM_LIB_H
#define DKIM_LIB_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

enum {
	DK_NAMES_MAX = 4000, /* bytes of h= that it can take */
	DK_LINE_MAX = 1 << 20, /* of a body line, which it keeps in memory */
	DK_POOL_MAX = 32 << 20, /* of memory for one message */
};

/* The library; shared by threads, as it never changes.  Goes with arena. */
struct dk_library;

/* 0, ERR_NOMEM, or ERR_LIBRARY. */
int dk_library_new(struct arena *arena, struct dk_library **ret) MUST_USE;

/* One message in the library. */
struct dk_message;

/*
 * Begin a message; it goes with its arena.  limit: bytes of memory for it, 0
 * for DK_POOL_MAX.  ERR_NOMEM.
 */
int dk_message_new(struct arena *arena, struct dk_library *library,
	size_t limit, struct dk_message **ret) MUST_USE;

/*
 * Hand over a header field, top first, as an MTA tells it (mail/header.h).
 * The signature fields count from 0 in the order of these calls: that is
 * the index of the functions below.  ERR_SYNTAX: it cannot be a field, or holds
 * NUL; the library has not seen it.  ERR_NOMEM.
 */
int dk_field(struct dk_message *message, struct str name, struct str value)
	MUST_USE;

/*
 * Ask for the hash of a body, or of its first limit bytes in canonical form
 * (DK_ALL: of all).  It counts as a signature field, of a header that is empty.
 * ERR_NOMEM.
 */
#define DK_ALL UINT64_MAX
int dk_want_body(struct dk_message *message, bool relaxed, uint64_t limit)
	MUST_USE;

/* The header is complete.  ERR_NOMEM, ERR_LIBRARY. */
int dk_fields_end(struct dk_message *message) MUST_USE;

/* The next bytes of the body.  ERR_NOMEM, ERR_LIBRARY; ERR_LIMIT: a line over
 * DK_LINE_MAX. */
int dk_body(struct dk_message *message, struct str chunk) MUST_USE;

/*
 * Did the body have a CR or LF that is no part of a CRLF?  The library's
 * canonicalization loses some of these: its hash does not tell them.
 */
bool dk_bare_newline(const struct dk_message *message) NONNULL;

/* The end of the body.  ERR_NOMEM, ERR_LIBRARY. */
int dk_end(struct dk_message *message) MUST_USE;

/*
 * SHA-256 of the header and of the body, after dk_end.  ERR_LIBRARY for a
 * signature that the library could not read.
 */
enum { DK_HASH_SIZE = 32 };

int dk_hashes(const struct dk_message *message, size_t index,
	unsigned char header[DK_HASH_SIZE], unsigned char body[DK_HASH_SIZE])
	MUST_USE;

#endif
