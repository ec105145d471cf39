/*
 * What the tests of dkim and sign share: keys, a zone, messages as an MTA hands
 * them over, and the independent implementation.
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
#include <sys/wait.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

struct test_key {
	char path[64];	  /* of the private key, PEM or (Ed25519) base64 */
	char *public_key; /* p= */
	unsigned char *public_der;
	int public_size;
};

static inline char *
test_base64(const unsigned char *bytes, int n)
{
	char *text = malloc((size_t)n * 2 + 8);

	assert_non_null(text);
	EVP_EncodeBlock((unsigned char *)text, bytes, n);
	return text;
}

static inline FILE *
test_file(char path[64])
{
	int fd;

	strcpy(path, "/tmp/mailvet-dkim-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "w");
}

UNUSED static struct test_key
test_rsa(unsigned bits)
{
	struct test_key key = { .path = "" };
	EVP_PKEY *pkey = EVP_RSA_gen(bits);
	FILE *f = test_file(key.path);

	assert_non_null(pkey);
	PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	key.public_size = i2d_PUBKEY(pkey, &key.public_der);
	key.public_key = test_base64(key.public_der, key.public_size);
	EVP_PKEY_free(pkey);
	return key;
}

UNUSED static struct test_key
test_ed25519(void)
{
	struct test_key key = { .path = "" };
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *f = test_file(key.path);
	unsigned char raw[32];
	size_t n = sizeof(raw);
	char *text;

	assert_int_equal(1, EVP_PKEY_get_raw_private_key(pkey, raw, &n));
	text = test_base64(raw, 32);
	fputs(text, f);
	fclose(f);
	free(text);
	n = sizeof(raw);
	assert_int_equal(1, EVP_PKEY_get_raw_public_key(pkey, raw, &n));
	key.public_key = test_base64(raw, 32);
	EVP_PKEY_free(pkey);
	return key;
}

UNUSED static void
test_key_free(struct test_key *key)
{
	unlink(key->path);
	free(key->public_key);
	OPENSSL_free(key->public_der);
}

/* A TXT record, in strings of at most 200 bytes. */
UNUSED static void
zone_txt(FILE *zone, const char *name, const char *text)
{
	size_t n = strlen(text);

	fprintf(zone, "%s TXT (", name);
	for (size_t i = 0; i == 0 || i < n; i += 200)
		fprintf(zone, " \"%.200s\"", text + i);
	fprintf(zone, " )\n");
}

UNUSED static void
zone_key(FILE *zone, const char *name, const char *tags, const char *p)
{
	char text[4096];

	snprintf(text, sizeof(text), "%sp=%s", tags, p);
	zone_txt(zone, name, text);
}

UNUSED static struct dns *
zone_open(const char *path)
{
	struct dns *dns = NULL;
	unsigned line = 0;
	int r = dns_open_zone(path, &dns, &line);

	if (r < 0)
		print_error("%s:%u\n", path, line);
	assert_int_equal(0, r);
	return dns;
}

/*
 * Split a message (CRLF) as an MTA does: values with their leading space,
 * folds as bare LF.
 */
UNUSED static struct str
split_message(struct arena *arena, struct str text, struct headers *headers)
{
	while (text.n > 0 && text.p[0] != '\r') {
		struct strbuf value = sb_new(arena);
		size_t colon = str_index(text, ':');
		struct str name = str_first(text, colon);
		size_t i = colon + 1;

		assert_true(colon < text.n);
		for (; i + 1 < text.n; i++) {
			if (text.p[i] == '\r' && text.p[i + 1] == '\n') {
				i += 2;
				if (i >= text.n || (text.p[i] != ' ' &&
					text.p[i] != '\t'))
					break;
				sb_addc(&value, '\n');
			}
			sb_addc(&value, text.p[i]);
		}
		assert_int_equal(0, headers_add(headers, arena, name,
			sb_done(&value)));
		text = str_from(text, i);
	}
	return str_from(text, 2);
}

/* Run a command with input; its output in arena.  *status: exit status. */
UNUSED static struct str
run_command(struct arena *arena, const char *command, struct str input,
	int *status)
{
	struct strbuf sb = sb_new(arena);
	char path[64], line[4096], buf[4096];
	FILE *f = test_file(path);
	size_t n;

	fwrite(input.p, 1, input.n, f);
	fclose(f);
	snprintf(line, sizeof(line), "%s < %s", command, path);
	/* A sanitizer that is preloaded into python only gets in the way. */
	f = popen(line, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_add(&sb, (struct str){ buf, n });
	*status = WEXITSTATUS(pclose(f));
	unlink(path);
	return sb_done(&sb);
}

UNUSED static struct str
dkimpy_sign(struct arena *arena, const struct test_key *key,
	const char *arguments, struct str message)
{
	char command[1024];
	struct str text;
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/dkimpy.py sign %s %s", key->path,
		arguments);
	text = run_command(arena, command, message, &status);
	assert_int_equal(0, status);
	return text;
}

UNUSED static bool
dkimpy_verifies(struct arena *arena, const char *record, struct str message)
{
	char command[2048];
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/dkimpy.py verify '%s'", record);
	run_command(arena, command, message, &status);
	return status == 0;
}

/* Verify a message, its body in pieces of that size. */
UNUSED static struct dkim_results
verify_message(struct arena *arena, const struct verify_options *options,
	struct dns *dns, struct str text, size_t piece)
{
	struct dns_scope scope = { .dns = dns, .arena = arena, .budget = 300 };
	struct headers headers = { 0 };
	struct dkim_results results = { 0 };
	struct verifier *verifier = NULL;
	struct str body = split_message(arena, text, &headers);

	assert_int_equal(0, verifier_new(arena, options, &scope, &headers,
		&verifier));
	for (; body.n > 0; body = str_from(body, piece))
		assert_int_equal(0,
			verifier_body(verifier, str_first(body, piece)));
	assert_int_equal(0, verifier_end(verifier, &results));
	assert_true(results.known);
	return results;
}

UNUSED static void
assert_str(struct str got, const char *want)
{
	struct str wanted = str_of(want);

	if (!str_eq(got, wanted))
		print_error("got \"%.*s\"\n", STR_ARG(got));
	assert_true(str_eq(got, wanted));
}

#endif
