#include "unit/base/check.h"

#include "dkim/keycache.h"

#include <pthread.h>

enum { KEYS = 400, THREADS = 8, ROUNDS = 4000 };

/* Bytes of an Ed25519 key that no other number has. */
static struct str
bytes_of(unsigned number, unsigned char buf[32])
{
	memset(buf, 9, 32);
	memcpy(buf + 16, &number, sizeof(number));
	return (struct str){ (const char *)buf, 32 };
}

static EVP_PKEY *
decoded(unsigned number)
{
	unsigned char buf[32];

	bytes_of(number, buf);
	return EVP_PKEY_new_raw_public_key(
		EVP_PKEY_ED25519, NULL, buf, sizeof(buf));
}

static void
keep(unsigned number)
{
	unsigned char buf[32];
	struct shared_key *key = keycache_add(EVP_PKEY_ED25519,
		bytes_of(number, buf), decoded(number));

	assert_non_null(key);
	shared_key_release(key);
}

/* Is what is found, if anything, the key of that number? */
static bool
is_right(unsigned number, bool *found)
{
	unsigned char buf[32], raw[32];
	struct str bytes = bytes_of(number, buf);
	struct shared_key *key = keycache_find(EVP_PKEY_ED25519, bytes);
	size_t n = sizeof(raw);
	bool right;

	*found = key != NULL;
	if (key == NULL)
		return true;
	right = EVP_PKEY_get_raw_public_key(shared_key_get(key), raw, &n) ==
			1 && n == 32 && memcmp(raw, buf, 32) == 0;
	shared_key_release(key);
	return right;
}

static void
test_found_again(void **state)
{
	bool found;

	(void)state;
	assert_true(is_right(1, &found));
	assert_false(found);
	keep(1);
	for (int i = 0; i < 3; i++) {
		assert_true(is_right(1, &found));
		assert_true(found);
	}
}

/* The same bytes as a key of another type are another key. */
static void
test_type(void **state)
{
	unsigned char buf[32];

	(void)state;
	keep(2);
	assert_null(keycache_find(EVP_PKEY_RSA, bytes_of(2, buf)));
	assert_null(keycache_find(EVP_PKEY_X25519, bytes_of(2, buf)));
}

/* It stays as long as there is a user, also when others took its place. */
static void
test_user(void **state)
{
	unsigned char buf[32], raw[32];
	struct str bytes = bytes_of(4, buf);
	struct shared_key *key =
		keycache_add(EVP_PKEY_ED25519, bytes, decoded(4));
	size_t n = sizeof(raw);

	(void)state;
	for (unsigned i = 100; i < KEYS; i++)
		keep(i);
	assert_int_equal(1, EVP_PKEY_get_raw_public_key(shared_key_get(key),
				    raw, &n));
	assert_memory_equal(buf, raw, sizeof(raw));
	shared_key_release(key);
}

static void
test_parts_of_the_bytes(void **state)
{
	unsigned char buf[32];
	struct str bytes = bytes_of(3, buf);

	(void)state;
	keep(3);
	for (size_t n = 0; n < bytes.n; n++)
		assert_null(keycache_find(EVP_PKEY_ED25519,
			str_first(bytes, n)));
	buf[31] ^= 1;
	assert_null(keycache_find(EVP_PKEY_ED25519, bytes));
}

/* More keys than it has room for: some go, none is mistaken. */
static void
test_full(void **state)
{
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < KEYS; i++)
		keep(i);
	for (unsigned i = 0; i < KEYS; i++) {
		bool found;

		assert_true(is_right(i, &found));
		kept += found;
	}
	assert_in_range(kept, 1, 128);
}

static void *
work(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg, wrong = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned number = (seed + i * i) % 5;
		bool found;

		if (!is_right(number, &found))
			wrong++;
		if (!found)
			keep(number);
	}
	return (void *)(uintptr_t)wrong;
}

static void
test_threads(void **state)
{
	pthread_t threads[THREADS];
	void *wrong;

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(0, pthread_create(&threads[i], NULL, work,
			(void *)i));
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_again),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_parts_of_the_bytes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
