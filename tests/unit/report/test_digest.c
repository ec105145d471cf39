/* Names by SHA-256. */
#include "unit/report/fixture.h"

#include "report/digest.h"

static struct str
of(struct arena *arena, const char *a, const char *b)
{
	const struct str parts[] = { str_of(a), str_of(b) };

	return digest(arena, parts, b != NULL ? 2 : 1);
}

static void
parts(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = of(arena, "ab", "c");

	(void)state;
	assert_int_equal(text.n, DIGEST_TEXT);
	assert_str(of(arena, "ab", "c"), text.p);
	assert_false(str_eq(of(arena, "a", "bc"), text));
	assert_false(str_eq(of(arena, "abc", NULL), text));
	assert_false(str_eq(of(arena, "abc", ""), of(arena, "abc", NULL)));
	arena_free(arena);
}

/* The same on every machine: ids live longer than one. */
static void
known(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	/* printf '\3\0\0\0\0\0\0\0abc' | sha256sum */
	assert_str(of(arena, "abc", NULL),
		"ce91dc5eec0139adf091900d225971d6"
		"ad246a845bad791b5693a9d0d55dd391");
	/* RFC 4231, test case 2 */
	assert_str(digest_keyed(arena, STR("Jefe"),
		STR("what do ya want for nothing?")),
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843");
	arena_free(arena);
}

static void
random_ones(void **state)
{
	struct arena *arena = arena_new(0);
	struct str a = digest_random(arena), b = digest_random(arena);

	(void)state;
	assert_int_equal(a.n, DIGEST_TEXT);
	assert_false(str_eq(a, b));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(known),
		cmocka_unit_test(random_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
