/*
 * Who signs a message: one signature's key and names.
 */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include "sign/keys.h"

/* What a verifier is ready to try (src/dkim: maximum-signatures). */
enum { SIGNERS_MAX = 10 };

struct signer {
	const struct sign_key *key;
	struct str domain;   /* d= */
	struct str selector; /* s= */
	struct str identity; /* i=, or empty */
};

struct signers {
	struct signer list[SIGNERS_MAX];
	size_t count;
};

#endif
