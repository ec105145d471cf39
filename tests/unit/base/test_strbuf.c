#include "unit/base/check.h"

static void
appends(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text;

	(void)state;
	assert_int_equal(arena_used(arena), 0);
	sb_add(&sb, STR("a\0b"));
	sb_addc(&sb, '\0');
	sb_addz(&sb, "c");
	sb_addz(&sb, NULL);
	sb_add(&sb, (struct str){ NULL, 0 });
	sb_addf(&sb, "%d-%s", 42, "x");
	sb_add_lower(&sb, STR("AZ\xc4[@"));
	text = sb_done(&sb);
	assert_int_equal(text.n, 14);
	assert_memory_equal(text.p, "a\0b\0c42-xaz\xc4[@", 15);
	arena_free(arena);
}

static void
empty(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);

	(void)state;
	assert_str(sb_done(&sb), "");
	sb_addf(&sb, "%s", "");
	sb_add_lower(&sb, (struct str){ NULL, 0 });
	sb_add_escaped(&sb, (struct str){ NULL, 0 }, 0);
	assert_str(sb_done(&sb), "");
	arena_free(arena);
}

/* Longer and longer, with other allocations between; also after sb_done. */
static void
grows(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct str text;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		sb_addc(&sb, (char)('a' + i % 26));
		if (i % 100 == 0) {
			assert_non_null(arena_alloc(arena, 1));
			assert_int_equal(sb_done(&sb).n, (size_t)i + 1);
		}
	}
	text = sb_done(&sb);
	assert_int_equal(text.n, 20000);
	assert_int_equal(text.p[20000], 0);
	for (int i = 0; i < 20000; i++)
		assert_true(text.p[i] == (char)('a' + i % 26));
	arena_free(arena);
}

static void
long_format(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (int n = 50; n < 140; n++) {
		struct strbuf sb = sb_new(arena);
		struct str text;

		sb_addc(&sb, '<');
		sb_addf(&sb, "%0*d", n, 7);
		sb_addc(&sb, '>');
		text = sb_done(&sb);
		assert_int_equal(text.n, (size_t)n + 2);
		assert_int_equal(text.p[n], '7');
		assert_int_equal(text.p[n + 1], '>');
		assert_int_equal(text.p[n + 2], 0);
	}
	arena_free(arena);
}

static void
write_all(struct strbuf *sb, struct str itself)
{
	sb_addz(sb, "one piece of text, then ");
	sb_addf(sb, "a number %d and %s, ", 4711, "a word");
	sb_add_lower(sb, STR("SOMETHING IN LOWER CASE, "));
	sb_add_escaped(sb, STR("what\nis not printable, cut off"), 22);
	sb_add(sb, itself);
	sb_addc(sb, '.');
}

/* At whatever allocation it fails: all of the text or nothing. */
static void
failure_sticks(void **state)
{
	struct arena *big = arena_new(0);
	struct strbuf whole = sb_new(big);
	struct str wanted;
	int failures = 0;

	(void)state;
	write_all(&whole, STR("end"));
	wanted = sb_done(&whole);
	for (size_t limit = 1; limit < 600; limit++) {
		struct arena *arena = arena_new(limit);
		struct strbuf sb = sb_new(arena);
		struct str got;

		write_all(&sb, STR("end"));
		got = sb_done(&sb);
		assert_int_equal(got.p == NULL, sb.failed);
		assert_true(got.p == NULL ? got.n == 0 : str_eq(got, wanted));
		failures += got.p == NULL;
		/* It does not come back to life. */
		sb_addz(&sb, "");
		sb_addc(&sb, 'x');
		assert_int_equal(sb_done(&sb).p == NULL, got.p == NULL);
		arena_free(arena);
	}
	assert_in_range(failures, 100, 599);
	arena_free(big);
}

/* A size that cannot be fails before a byte is read. */
static void
huge(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2,
		SIZE_MAX / 4 + 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct arena *arena = arena_new(1000);
		struct strbuf sb = sb_new(arena), lower = sb_new(arena);

		sb_addz(&sb, "text");
		sb_add(&sb, (struct str){ "x", sizes[i] });
		assert_null(sb_done(&sb).p);
		sb_add_lower(&lower, (struct str){ "x", sizes[i] });
		assert_null(sb_done(&lower).p);
		arena_free(arena);
	}
}

static const struct {
	struct str text;
	size_t max;
	const char *shown;
} escapes[] = {
	{ STR(""), 0, "" },
	{ STR("a"), 0, "..." },
	{ STR("abc"), 3, "abc" },
	{ STR("abc"), 2, "ab..." },
	{ STR("abc"), SIZE_MAX, "abc" },
	{ STR(" ~\"'"), 9, " ~\"'" },
	{ STR("\0\n\r\x1b\x1f"), 9, "\\x00\\x0a\\x0d\\x1b\\x1f" },
	{ STR("\x7f\x80\xff"), 9, "\\x7f\\x80\\xff" },
	{ STR("\xc3\xa9"), 1, "\\xc3..." },
	/* A stranger cannot write an escape of his own. */
	{ STR("\\x0a"), 9, "\\x5cx0a" },
};

static void
escaped(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct strbuf sb = sb_new(arena);

		sb_add_escaped(&sb, escapes[i].text, escapes[i].max);
		assert_str(sb_done(&sb), escapes[i].shown);
	}
	arena_free(arena);
}

/* A builder's own text may be appended to it. */
static void
own_text(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);

	(void)state;
	sb_addz(&sb, "0123456789abcdef");
	for (int i = 0; i < 8; i++)
		sb_add(&sb, sb_done(&sb));
	assert_int_equal(sb_done(&sb).n, 16 << 8);
	for (size_t i = 0; i < 16 << 8; i++)
		assert_true(sb.p[i] == "0123456789abcdef"[i % 16]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(empty),
		cmocka_unit_test(grows),
		cmocka_unit_test(long_format),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(huge),
		cmocka_unit_test(escaped),
		cmocka_unit_test(own_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
