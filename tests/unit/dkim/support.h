/*
 * What the tests of dkim and sign share: keys, a zone, messages as an MTA hands
 * them over, and the independent implementation (dkimpy.py).
 *
 * Whatever goes wrong in here fails the test that called it.
 */
#ifndef TESTS_DKIM_SUPPORT_H
#define TESTS_DKIM_SUPPORT_H

#include "dkim/verify.h"
#include "mail/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct test_key {
	char path[64];	  /* of the private key, PEM or (Ed25519) base64 */
	char *public_key; /* p= */
	unsigned char *public_der;
	int public_size;
};

/* In base64; free it. */
char *test_base64(const unsigned char *bytes, int n);

/* A new file under /tmp, open for writing. */
FILE *test_file(char path[64]);

struct test_key test_rsa(unsigned bits);
struct test_key test_ed25519(void);
void test_key_free(struct test_key *key);

/* A TXT record, in strings of at most 200 bytes; a key record. */
void zone_txt(FILE *zone, const char *name, const char *text);
void zone_key(FILE *zone, const char *name, const char *tags, const char *p);
struct dns *zone_open(const char *path);

/*
 * Split a message (CRLF) as an MTA does: values with their leading space,
 * folds as bare LF.  The body is returned.
 */
struct str split_message(
	struct arena *arena, struct str text, struct headers *headers);

/* Run a command with input; its output in arena.  *status: exit status. */
struct str run_command(struct arena *arena, const char *command,
	struct str input, int *status);

/* The message with a signature on top; arguments as in dkimpy.py. */
struct str dkimpy_sign(struct arena *arena, const struct test_key *key,
	const char *arguments, struct str message);
bool dkimpy_verifies(
	struct arena *arena, const char *record, struct str message);

/* Verify a message, its body in pieces of that size. */
struct dkim_results verify_message(struct arena *arena,
	const struct verify_options *options, struct dns *dns,
	struct str text, size_t piece);

void assert_str(struct str got, const char *want);

#endif
