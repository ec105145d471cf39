/*
 * Signed mail for the tests of the verifier: keys of all kinds, a zone with
 * their records, and messages that dkimpy signs.
 */
#ifndef TESTS_DKIM_SIGNED_H
#define TESTS_DKIM_SIGNED_H

#include "unit/dkim/support.h"

/* Selectors of example.com: see signed_setup. */
struct signed_world {
	struct test_key rsa, small, old, ed;
	struct dns *dns;
	struct verify_options options;
	struct arena *arena; /* as long as the world */
};

extern struct signed_world world;

/* For cmocka_run_group_tests. */
int signed_setup(void **state);
int signed_teardown(void **state);

/* A message that is not signed, with all that canonicalization cares for. */
extern const struct str plain_message;

/* plain_message with a signature of rsa-sha256 by the selector "rsa". */
struct str signed_message(struct arena *arena, const char *canonicalization);

/* The same with that text before the first match. */
struct str with_text(struct arena *arena, struct str text, const char *before,
	const char *insert);

/* Verify a message that has one signature. */
struct dkim_result verify_one(
	struct arena *arena, struct str text, size_t piece);

/* Sign plain_message as dkimpy.py's arguments say, and verify it. */
struct dkim_result sign_and_verify(
	struct arena *arena, const struct test_key *key, const char *arguments);

#endif
