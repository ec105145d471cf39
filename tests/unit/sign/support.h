/*
 * What the tests of the signer share: keys of both kinds, a DNS with their
 * public halves, and verifiers other than ours.
 */
#ifndef TESTS_SIGN_SUPPORT_H
#define TESTS_SIGN_SUPPORT_H

#include "sign/load.h"
#include "unit/dkim/support.h"

/* An Ed25519 key in PEM. */
struct test_key test_ed25519_pem(void);

/* Two keys, s1 (RSA) and e1 (Ed25519) of example.com, and a DNS. */
struct sign_fixture {
	struct arena *arena;
	struct test_key rsa, ed25519;
	const struct sign_key *rsa_key, *ed25519_key;
	struct dns *dns;
	struct verify_options check; /* for ours */
	struct sign_options options; /* the defaults */
};

void sign_fixture_make(struct sign_fixture *fixture);
void sign_fixture_free(struct sign_fixture *fixture);

/* A list of words as the configuration would have it. */
struct conf_list test_list(struct arena *arena, const char *text);

/* A file with the text; a path to unlink. */
void write_text(char path[64], const char *text);

/*
 * Load a [sign] section with that text; ERR_CONFIG with errors.  Each "%s" in
 * it is a path, in turn.
 */
int load_section(struct arena *arena, const char *text,
	const char *const paths[4], struct conf_errors *errors,
	const struct sign_settings **ret);

/* How many signatures of the message dkimpy finds; -1 if one is bad. */
int dkimpy_count(const struct sign_fixture *fixture, struct arena *arena,
	struct str message);

#endif
