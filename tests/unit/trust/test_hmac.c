#include "unit/base/check.h"

#include "trust/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static struct arena *arena;

static struct str
repeated(unsigned char byte, size_t n)
{
	char *p = arena_alloc(arena, n);

	memset(p, byte, n);
	return (struct str){ p, n };
}

static void
computed(struct str key, struct str text, unsigned char mac[HMAC_SIZE])
{
	const struct hmac *hmac = NULL;

	assert_int_equal(0, hmac_new(arena, key, &hmac));
	assert_int_equal(0, hmac_compute(hmac, text, mac));
}

static void
check_hex(struct str key, struct str text, const char *hex)
{
	unsigned char mac[HMAC_SIZE];
	char got[2 * HMAC_SIZE + 1];

	computed(key, text, mac);
	for (size_t i = 0; i < HMAC_SIZE; i++)
		sprintf(got + 2 * i, "%02x", mac[i]);
	assert_string_equal(hex, got);
}

/* RFC 4231 sections 4.2, 4.3, 4.4 and 4.7. */
static void
test_rfc4231(void **state)
{
	(void)state;
	check_hex(repeated(0x0b, 20), STR("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b"
		"881dc200c9833da726e9376c2e32cff7");
	check_hex(STR("Jefe"), STR("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843");
	check_hex(repeated(0xaa, 20), repeated(0xdd, 50),
		"773ea91e36800e46854db8ebd09181a7"
		"2959098b3ef8c122d9635514ced565fe");
	check_hex(repeated(0xaa, 131),
		STR("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f"
		"8e0bc6213728c5140546040f0ee37f54");
}

/* Keys around the size of a block, and one key for many texts. */
static void
test_as_libcrypto(void **state)
{
	static const size_t sizes[] = { 1, 32, 63, 64, 65, 127, 128, 256 };
	unsigned char wanted[HMAC_SIZE], mac[HMAC_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct str key = repeated((unsigned char)(7 * i), sizes[i]);
		const struct hmac *hmac = NULL;

		assert_int_equal(0, hmac_new(arena, key, &hmac));
		for (size_t n = 0; n < 200; n++) {
			struct str text = repeated((unsigned char)n, n);

			assert_int_equal(0, hmac_compute(hmac, text, mac));
			assert_non_null(HMAC(EVP_sha256(), key.p, (int)key.n,
				(const unsigned char *)text.p, n, wanted,
				NULL));
			assert_memory_equal(wanted, mac, HMAC_SIZE);
		}
	}
}

static void
test_out_of_memory(void **state)
{
	struct arena *small = arena_new(24);
	const struct hmac *hmac = NULL;

	(void)state;
	assert_int_equal(ERR_NOMEM, hmac_new(small, STR("key"), &hmac));
	assert_null(hmac);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4231),
		cmocka_unit_test(test_as_libcrypto),
		cmocka_unit_test(test_out_of_memory),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
