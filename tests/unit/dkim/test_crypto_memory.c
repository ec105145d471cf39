/*
 * Memory that fails inside libcrypto while a key is decoded and used for the
 * first time: it is said so, nothing else, and nothing half made is kept.
 */
#include "unit/base/check.h"

#include "dkim/crypto.h"

#include <openssl/crypto.h>
#include <stdlib.h>

enum { MODULUS = 128, EXPONENT = 5, DER = 3 + 3 + 1 + MODULUS + EXPONENT,
	ALLOCATIONS_MAX = 400 };

static struct {
	long countdown; /* allocations that go well; -1: all */
	bool for_good;	/* then none does any more */
} fail = { .countdown = -1 };

static bool
fails(void)
{
	if (fail.countdown < 0)
		return false;
	if (fail.countdown > 0) {
		fail.countdown--;
		return false;
	}
	if (!fail.for_good)
		fail.countdown = -1;
	return true;
}

static void *
take(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return n == 0 || fails() ? NULL : malloc(n);
}

static void *
retake(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return fails() ? NULL : realloc(p, n);
}

static void
give(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

/* An RSAPublicKey of 1024 bits, another for each number. */
static struct rsa_public
rsa_of(unsigned number, unsigned char der[DER])
{
	static const unsigned char head[] = { 0x30, 0x81, DER - 3, 0x02, 0x81,
		MODULUS + 1, 0x00 };
	static const unsigned char exponent[] = { 0x02, 0x03, 0x01, 0x00,
		0x01 };
	struct rsa_public rsa;

	memset(der, 0xc5, DER);
	memcpy(der, head, sizeof(head));
	memcpy(der + 64, &number, sizeof(number));
	memcpy(der + DER - sizeof(exponent), exponent, sizeof(exponent));
	assert_true(rsa_read((struct str){ (const char *)der, DER }, &rsa));
	assert_int_equal(1024, rsa.modulus_bits);
	return rsa;
}

/* Decode and use a key that was never seen; what came of it. */
static int
use(struct arena *arena, bool rsa, unsigned number)
{
	static const unsigned char hash[SHA256_SIZE] = { 1 };
	char signature[MODULUS] = { 2 };
	unsigned char bytes[DER];
	struct rsa_public public = rsa_of(number, bytes);
	bool good = false;
	EVP_PKEY *key;
	int r = rsa ? crypto_rsa(arena, &public, &key) :
		crypto_ed25519(arena,
			(struct str){ (const char *)bytes + 50, 32 }, &key);

	if (r == 0)
		r = crypto_verify(key, hash,
			(struct str){ signature, rsa ? MODULUS : 64 }, &good);
	assert_false(good);
	return r;
}

/* The failures of each allocation in turn, until there is none left. */
static void
check(bool rsa, bool for_good, unsigned *number)
{
	int r = ERR_NOMEM, starved = 0;
	long n;

	for (n = 0; r != 0 && n < ALLOCATIONS_MAX; n++) {
		struct arena *arena = arena_new(0);

		fail.countdown = n;
		fail.for_good = for_good;
		r = use(arena, rsa, ++*number);
		/* It had all that it asked for, or did without. */
		if (fail.countdown <= 0 && r == 0 && !for_good)
			r = ERR_NOMEM;
		else
			starved += r == ERR_NOMEM;
		fail.countdown = -1;
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
		/* What failed is not remembered. */
		arena = arena_new(0);
		assert_int_equal(0, use(arena, rsa, *number));
		arena_free(arena);
	}
	assert_true(n < ALLOCATIONS_MAX);
	assert_true(starved > 3);
}

static void
test_each_allocation(void **state)
{
	static unsigned number;

	(void)state;
	/* What libcrypto sets up once, a daemon has set up before any mail. */
	for (int i = 0; i < 2; i++) {
		struct arena *arena = arena_new(0);

		assert_int_equal(0, use(arena, i, ++number));
		arena_free(arena);
	}
	for (int i = 0; i < 4; i++)
		check(i & 1, i & 2, &number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
	};

	if (CRYPTO_set_mem_functions(take, retake, give) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
