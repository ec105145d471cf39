#include "sign/keygen.h"
#include "unit/sign/support.h"

/* What is made can be used, and is another one each time. */
static void
test_make(void **state)
{
	static const unsigned bits[] = { 2048, 0 };
	static const char *const types[] = { "rsa", "ed25519" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct arena *arena = arena_new(0);
		struct conf_errors errors = { .arena = arena };
		struct sign_key *key = NULL;
		struct str a, b;
		char path[64];
		FILE *f = test_file(path);

		assert_int_equal(0, keygen_make(bits[i], &a));
		assert_int_equal(0, keygen_make(bits[i], &b));
		assert_false(str_eq(a, b));
		fwrite(a.p, 1, a.n, f);
		fclose(f);
		assert_int_equal(0, sign_key_load(arena, path, &errors, "x",
			&key));
		assert_str(sign_key_type(key), types[i]);
		assert_int_equal(bits[i] > 0 ? bits[i] : 256,
			sign_key_bits(key));
		keygen_free(a);
		keygen_free(b);
		unlink(path);
		arena_free(arena);
	}
	keygen_free((struct str){ NULL, 0 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_make) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
