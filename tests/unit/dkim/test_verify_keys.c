/*
 * Key records as the DNS has them: long, in pieces, several, behind CNAMEs; and
 * keys of all sizes.
 */
#include "unit/dkim/signed.h"

static struct dns *dns;
static struct test_key big;

/* In as many primes as libcrypto takes: two of 4096 bits take a minute. */
static struct test_key
big_rsa(void)
{
	struct test_key key = { .path = "" };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	EVP_PKEY *pkey = NULL;
	FILE *f = test_file(key.path);

	assert_int_equal(1, EVP_PKEY_keygen_init(ctx));
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 8192) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, 5) > 0);
	assert_int_equal(1, EVP_PKEY_generate(ctx, &pkey));
	PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	key.public_size = i2d_PUBKEY(pkey, &key.public_der);
	key.public_key = test_base64(key.public_der, key.public_size);
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* A record with a note of that many bytes, and the key behind it. */
static void
zone_long(FILE *zone, const char *name, size_t size, const char *p)
{
	char *text = malloc(size + strlen(p) + 32);
	size_t n = (size_t)sprintf(text, "v=DKIM1; n=");

	memset(text + n, 'x', size);
	sprintf(text + n + size, "; p=%s", p);
	zone_txt(zone, name, text);
	free(text);
}

/* In strings of that many bytes: many have one, and a few are empty. */
static void
zone_pieces(FILE *zone, const char *name, size_t size, const char *p)
{
	char text[1024];
	size_t n = (size_t)snprintf(text, sizeof(text), "v=DKIM1; p=%s", p);

	fprintf(zone, "%s TXT ( \"\"", name);
	for (size_t i = 0; i < n; i += size)
		fprintf(zone, " \"%.*s\"", (int)size, text + i);
	fprintf(zone, " \"\" )\n");
}

/* Base64 with white space in it, as a long line that was copied has it. */
static void
zone_spaced(FILE *zone, const char *name, const char *p)
{
	fprintf(zone, "%s TXT (\"v=DKIM1; p=\"", name);
	for (; strlen(p) > 60; p += 60)
		fprintf(zone, " \"%.60s \t \"", p);
	fprintf(zone, " \"%s ;\" )\n", p);
}

static void
write_zone(FILE *f)
{
	const char *p = world.rsa.public_key;

	fputs("$ORIGIN _domainkey.example.com.\n", f);
	zone_key(f, "big", "v=DKIM1; k=rsa; ", big.public_key);
	zone_long(f, "n1025", 1025, p);
	zone_long(f, "n4096", 4096, p);
	zone_long(f, "n30000", 30000, p);
	zone_pieces(f, "bytes", 1, p);
	zone_pieces(f, "strings", 255, p);
	zone_spaced(f, "spaced", p);
	zone_txt(f, "several", "v=spf1 -all");
	zone_txt(f, "several", "");
	zone_txt(f, "several", "google-site-verification=x");
	zone_key(f, "several", "v=DKIM1; ", "");
	zone_key(f, "several", "v=DKIM1; ", world.old.public_key);
	zone_key(f, "several", "a=b; v=DKIM1; ", p);
	zone_key(f, "hash", "v=DKIM1; h=sha1; ", p);
	zone_key(f, "service", "v=DKIM1; s=tlsrpt; ", p);
	zone_key(f, "type", "v=DKIM1; k=x; ", p);
	zone_key(f, "version", "v=DKIM2; ", p);
	zone_key(f, "case", "v=dkim1; ", p);
	zone_key(f, "g", "v=DKIM1; g=nobody; ", p); /* is historic */
	fputs("alias CNAME rsa.keys.example.net.\n"
	      "twice CNAME alias\n"
	      "loop CNAME loop\n"
	      "dangling CNAME gone.example.net.\n"
	      "a A 192.0.2.1\n",
		f);
	zone_key(f, "rsa.keys.example.net.", "v=DKIM1; ", p);
}

static int
setup(void **state)
{
	char path[64];
	FILE *f;
	int r = signed_setup(state);

	big = big_rsa();
	f = test_file(path);
	write_zone(f);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	return r;
}

static int
teardown(void **state)
{
	dns_close(dns);
	test_key_free(&big);
	return signed_teardown(state);
}

static const struct {
	const char *selector;
	enum auth_result result;
	const char *reason;
} rows[] = {
	{ "big", AUTH_PASS, "" },
	{ "n1025", AUTH_PASS, "" },
	{ "n4096", AUTH_PASS, "" },
	{ "n30000", AUTH_PASS, "" },
	{ "bytes", AUTH_PASS, "" },
	{ "strings", AUTH_PASS, "" },
	{ "spaced", AUTH_PASS, "" },
	/* The first usable one in the order of the bytes: the other key. */
	{ "several", AUTH_FAIL, "signature verification failed" },
	{ "hash", AUTH_PERMERROR, "the key is not for this hash algorithm" },
	{ "service", AUTH_PERMERROR, "the key is not for mail" },
	{ "type", AUTH_PERMERROR,
		"the key is of another type than the signature" },
	{ "version", AUTH_PERMERROR, "malformed key record" },
	{ "case", AUTH_PERMERROR, "malformed key record" },
	{ "g", AUTH_PASS, "" },
	{ "alias", AUTH_PASS, "" },
	{ "twice", AUTH_PASS, "" },
	{ "loop", AUTH_TEMPERROR, "key lookup failed" },
	{ "dangling", AUTH_PERMERROR, "no key for signature" },
	{ "a", AUTH_PERMERROR, "no key for signature" },
};

static void
test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		char arguments[128];
		struct dkim_results r;

		snprintf(arguments, sizeof(arguments),
			"%s example.com relaxed/relaxed rsa-sha256",
			rows[i].selector);
		r = verify_message(arena, &world.options, dns,
			dkimpy_sign(arena, i == 0 ? &big : &world.rsa,
				arguments, plain_message),
			100);
		if (r.sigs[0].result != rows[i].result)
			print_error("%s: %.*s\n", rows[i].selector,
				STR_ARG(r.sigs[0].reason));
		assert_int_equal(rows[i].result, r.sigs[0].result);
		assert_str(r.sigs[0].reason, rows[i].reason);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
