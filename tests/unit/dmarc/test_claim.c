/* Addresses beside the author's. */
#include "unit/dmarc/fixture.h"

#include "dmarc/claim.h"

static const struct {
	struct str text;
	int foreign;
} rows[] = {
	{ STR(""), 0 },
	{ STR("Ann"), 0 },
	{ STR("y.com"), 0 },
	{ STR("a@x.com"), 0 },
	{ STR("a@X.COM."), 0 },
	{ STR("a@www.x.com"), 0 },
	{ STR("a@bb.b\xc3\xbcro.x.com"), 0 },
	{ STR("a@y.com"), 1 },
	{ STR("a@ y.com"), 1 },
	{ STR("a@x.com b@y.com"), 1 },
	{ STR("@y.com"), 1 },
	{ STR("a@y\\.c\"o\"m"), 1 },
	{ STR("a@\n y.com"), 1 },
	{ STR("a@y.com-"), 1 },
	{ STR("a@y.com,"), 1 },
	{ STR("a\xef\xbc\xa0y.com"), 1 },
	{ STR("a\xef\xb9\xaby.com"), 1 },
	{ STR("a@b\xc3\xbc" "cher.example"), 1 },
	{ STR("\0a@y.com\0"), 1 },
	{ STR("a@y.x"), 1 },
	{ STR("a@x.com.y.org"), 1 },
	{ STR("a@notx.com"), 1 },
	{ STR("a@y.com\xff"), 1 },
	{ STR("a@y.com\"\"\xff" "b"), 1 },
	{ STR("a@y.com\".x.com\""), 1 },
	{ STR("a@\"y.com\""), 1 },
	/* Not a domain, or the top-level one of ours. */
	{ STR("me @ work"), 0 },
	{ STR("a@com"), 0 },
	{ STR("a@y"), 0 },
	{ STR("a@"), 0 },
	{ STR("a@.."), 0 },
	{ STR("a@y..com"), 0 },
	{ STR("a@\xff.com"), 0 },
	{ STR("@@@"), 0 },
};

static void
claims(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (claim_is_foreign(arena, rows[i].text, STR("x.com")) !=
			rows[i].foreign)
			fail_msg("%s", rows[i].text.p);
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	int got = ERR_NOMEM;

	(void)state;
	for (size_t limit = 1; got == ERR_NOMEM; limit += 16) {
		struct arena *arena = arena_new(limit);

		got = claim_is_foreign(arena, STR("a@y.com"), STR("x.com"));
		arena_free(arena);
	}
	assert_int_equal(got, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
