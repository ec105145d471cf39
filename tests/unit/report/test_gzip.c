/* gzip without a time in it. */
#include "unit/report/fixture.h"

#include "report/gzip.h"

static void
round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 300000 };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct strbuf sb = sb_new(arena);
		struct str text, packed, again, back;

		for (size_t n = 0; n < sizes[i]; n++)
			sb_addc(&sb, (char)(n * n >> 3));
		text = sb_done(&sb);
		assert_int_equal(gzip_pack(arena, text, &packed), 0);
		assert_int_equal(gzip_pack(arena, text, &again), 0);
		assert_row(i, str_eq(packed, again));
		/* mtime 0, no name */
		assert_memory_equal(packed.p, "\x1f\x8b\x08\0\0\0\0\0", 8);
		assert_int_equal(gzip_unpack(arena, packed, 1 << 20, &back),
			0);
		assert_row(i, str_eq(back, text));
	}
	arena_free(arena);
}

static void
bounds(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str packed, back;

	(void)state;
	for (size_t n = 0; n < 1 << 20; n++)
		sb_addc(&sb, 'x');
	assert_int_equal(gzip_pack(arena, sb_done(&sb), &packed), 0);
	assert_true(packed.n < 4096);
	assert_int_equal(gzip_unpack(arena, packed, 1 << 20, &back), 0);
	assert_int_equal(gzip_unpack(arena, packed, (1 << 20) - 1, &back),
		ERR_LIMIT);
	assert_int_equal(gzip_unpack(arena, packed, 1 << 16, &back),
		ERR_LIMIT);
	assert_int_equal(gzip_unpack(arena, str_first(packed, packed.n - 9),
		1 << 21, &back), ERR_SYNTAX);
	assert_int_equal(gzip_unpack(arena, STR("not gzip"), 1 << 20, &back),
		ERR_SYNTAX);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
