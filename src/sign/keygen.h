/*
 * New private keys.
 */
#ifndef SIGN_KEYGEN_H
#define SIGN_KEYGEN_H

#include "base/err.h"
#include "base/str.h"

/*
 * Make an Ed25519 key (bits 0) or an RSA key: its private half in PEM.  Hand
 * it to keygen_free, which cleanses it.  ERR_NOMEM, ERR_LIBRARY.
 */
int keygen_make(unsigned bits, struct str *ret) MUST_USE;
void keygen_free(struct str pem);

#endif
