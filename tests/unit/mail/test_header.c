#include "unit/base/check.h"

#include "mail/header.h"

#include <time.h>

/* ---- the list ----------------------------------------------------------- */

static void
add(struct headers *headers, struct arena *arena, const char *name,
	const char *value)
{
	assert_int_equal(0, headers_add(headers, arena, str_of(name),
		str_of(value)));
}

static void
counts_by_name(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers h = { 0 };

	(void)state;
	add(&h, arena, "Received", " 1");
	add(&h, arena, "From", " a@b");
	add(&h, arena, "RECEIVED", " 2");
	add(&h, arena, "Receive", " x");
	add(&h, arena, "received", " 3");
	add(&h, arena, "", " nameless");
	assert_int_equal(h.count, 6);
	assert_int_equal(headers_count(&h, STR("rEceived")), 3);
	assert_int_equal(headers_count(&h, STR("From")), 1);
	assert_int_equal(headers_count(&h, STR("")), 1);
	assert_int_equal(headers_count(&h, STR("Received ")), 0);
	for (unsigned n = 1; n <= 3; n++) {
		const struct header *f =
			headers_find(&h, STR("Received"), n);

		assert_non_null(f);
		assert_int_equal(f->nth, n);
		assert_int_equal(f->value.p[1], '0' + n);
	}
	assert_str(headers_find(&h, STR("received"), 2)->name, "RECEIVED");
	assert_null(headers_find(&h, STR("Received"), 0));
	assert_null(headers_find(&h, STR("Received"), 4));
	assert_null(headers_find(&h, STR("To"), 1));
	assert_int_equal(h.bytes, 8 + 2 + 4 + 4 + 8 + 2 + 7 + 2 + 8 + 2 + 9);
	arena_free(arena);
}

/* Byte for byte, and a copy. */
static void
keeps_bytes(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers h = { 0 };
	char value[] = " a\0b\r\n\tc\xff ";

	(void)state;
	assert_int_equal(0, headers_add(&h, arena, STR("X\0Y"),
		(struct str){ value, sizeof(value) - 1 }));
	value[1] = 'z';
	assert_true(str_eq(h.fields[0].name, STR("X\0Y")));
	assert_true(str_eq(h.fields[0].value, STR(" a\0b\r\n\tc\xff ")));
	assert_int_equal(0, headers_add(&h, arena, STR("Empty"),
		(struct str){ NULL, 0 }));
	assert_int_equal(h.fields[1].value.n, 0);
	arena_free(arena);
}

static void
limit_of_count(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers h = { 0 };

	(void)state;
	for (int i = 0; i < HEADERS_MAX_COUNT; i++)
		add(&h, arena, "X", "");
	assert_int_equal(ERR_LIMIT, headers_add(&h, arena, STR("X"), STR("")));
	assert_int_equal(h.count, HEADERS_MAX_COUNT);
	assert_int_equal(headers_count(&h, STR("x")), HEADERS_MAX_COUNT);
	arena_free(arena);
}

static void
limit_of_bytes(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers h = { 0 };
	char *big = malloc(HEADERS_MAX_BYTES + 1);
	const struct str whole = { big, HEADERS_MAX_BYTES };

	(void)state;
	memset(big, 'x', HEADERS_MAX_BYTES + 1);
	assert_int_equal(ERR_LIMIT, headers_add(&h, arena, STR("N"), whole));
	assert_int_equal(ERR_LIMIT, headers_add(&h, arena, STR(""),
		(struct str){ big, HEADERS_MAX_BYTES + 1 }));
	assert_int_equal(ERR_LIMIT, headers_add(&h, arena, whole, STR("v")));
	assert_int_equal(h.bytes, 0);
	assert_int_equal(0, headers_add(&h, arena, STR("N"),
		str_first(whole, HEADERS_MAX_BYTES - 3)));
	assert_int_equal(ERR_LIMIT,
		headers_add(&h, arena, STR("AB"), STR("c")));
	assert_int_equal(0, headers_add(&h, arena, STR("A"), STR("c")));
	assert_int_equal(h.bytes, HEADERS_MAX_BYTES);
	assert_int_equal(0, headers_add(&h, arena, STR(""), STR("")));
	assert_int_equal(ERR_LIMIT,
		headers_add(&h, arena, STR("A"), STR("")));
	assert_int_equal(h.count, 3);
	free(big);
	arena_free(arena);
}

/* When it fails the field is not there, and the rest is as it was. */
static void
without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 6000; limit += 29) {
		struct arena *arena = arena_new(limit);
		struct headers h = { 0 };
		size_t added = 0, bytes = 0;

		for (int i = 0; i < 40; i++) {
			int err = headers_add(&h, arena, STR("Name"),
				STR("a value of some length"));

			assert_true(err == 0 || err == ERR_NOMEM);
			added += err == 0;
			bytes += err == 0 ? 26 : 0;
			assert_int_equal(h.count, added);
			assert_int_equal(h.bytes, bytes);
			assert_int_equal(headers_count(&h, STR("NAME")), added);
		}
		for (size_t i = 0; i < h.count; i++)
			assert_str(h.fields[i].value, "a value of some length");
		arena_free(arena);
	}
}

static double
cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/*
 * The largest header that we take, with names that only differ at their ends,
 * must not cost seconds: it costs the sender nothing.
 */
static void
many_different_names(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers h = { 0 };
	double start = cpu_seconds();
	char name[200];

	(void)state;
	memset(name, 'x', sizeof(name));
	for (int i = 0; i < HEADERS_MAX_COUNT; i++) {
		snprintf(name + 190, 10, "%05u", (unsigned)i % 100000);
		assert_int_equal(0, headers_add(&h, arena,
			(struct str){ name, 195 }, STR("")));
		if (cpu_seconds() - start > 2)
			fail_msg("2 s of CPU after %d fields", i);
	}
	arena_free(arena);
}

/* ---- the fold ----------------------------------------------------------- */

/* The longest line in columns, the name in front of the first. */
static size_t
widest(struct str name, struct str value)
{
	size_t column = name.n + 2, max = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n')
			column = 0;
		else
			column = value.p[i] == '\t' ? (column + 8) / 8 * 8 :
						      column + 1;
		max = column > max ? column : max;
	}
	return max;
}

static void
folds(void **state)
{
	struct arena *arena = arena_new(0);
	struct fold f = fold_new(arena, STR("Subject"));

	(void)state;
	for (int i = 0; i < 9; i++)
		fold_add(&f, STR("0123456789"));
	assert_str(fold_done(&f),
		"0123456789 0123456789 0123456789 0123456789 0123456789 "
		"0123456789\n\t0123456789 0123456789 0123456789");
	fold_break(&f);
	fold_break(&f);
	fold_addf(&f, "%d%%", 5);
	assert_true(str_iends(fold_done(&f), STR("0123456789\n\t5%")));
	arena_free(arena);
}

/* The value is count times the token, each after a space or a fold. */
static void
assert_tokens(struct str value, struct str token, int count)
{
	for (int i = 0; i < count; i++) {
		assert_true(str_istarts(value, token));
		value = str_from(value, token.n);
		if (value.n > 0)
			assert_true(str_istarts(value, STR(" ")) ||
				str_istarts(value, STR("\n\t")));
		value = str_from(value, str_istarts(value, STR(" ")) ? 1 : 2);
	}
	assert_int_equal(value.n, 0);
}

/* Every size of token and of name: no line over 78, none lost or torn. */
static void
never_too_wide(void **state)
{
	char text[71];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t n = 1; n <= 70; n++) {
		for (size_t name = 1; name + 2 + n <= 78; name += 7) {
			struct arena *arena = arena_new(0);
			struct str token = { text, n };
			struct str field = { text, name };
			struct fold f = fold_new(arena, field);

			for (int i = 0; i < 20; i++)
				fold_add(&f, token);
			assert_true(widest(field, fold_done(&f)) <= 78);
			assert_tokens(fold_done(&f), token, 20);
			arena_free(arena);
		}
	}
}

/* A line is filled up to column 78 and not folded a token early. */
static void
fills_lines(void **state)
{
	struct arena *arena = arena_new(0);
	struct fold f = fold_new(arena, STR("Name"));
	char text[80];

	(void)state;
	memset(text, 'x', sizeof(text));
	fold_add(&f, STR("a"));
	/* "Name: a " is 8 wide: 70 more end at 78. */
	fold_add(&f, (struct str){ text, 70 });
	assert_int_equal(str_index(fold_done(&f), '\n'), 72);
	f = fold_new(arena, STR("Name"));
	fold_add(&f, STR("a"));
	fold_add(&f, (struct str){ text, 71 });
	assert_int_equal(str_index(fold_done(&f), '\n'), 1);
	arena_free(arena);
}

/* A token that is too wide for any line has one of its own. */
static void
too_wide_token(void **state)
{
	struct arena *arena = arena_new(0);
	struct fold f = fold_new(arena, STR("Name"));
	char text[500];
	struct str value;

	(void)state;
	memset(text, 'x', sizeof(text));
	fold_add(&f, (struct str){ text, 500 });
	fold_add(&f, (struct str){ text, 500 });
	fold_add(&f, STR("b"));
	value = fold_done(&f);
	assert_int_equal(value.n, 500 + 2 + 500 + 2 + 1);
	assert_int_equal(str_index(value, '\n'), 500);
	arena_free(arena);
}

static void
strips_line_ends(void **state)
{
	struct arena *arena = arena_new(0);
	struct fold f = fold_new(arena, STR("N"));

	(void)state;
	fold_add(&f, STR("a\r\nBcc: x\0y"));
	fold_addf(&f, "%s", "c\nd\re");
	assert_str(fold_done(&f), "a??Bcc: x?y c?d?e");
	arena_free(arena);
}

static void
long_format(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (int n = 250; n < 262; n++) {
		struct fold f = fold_new(arena, STR("N"));
		struct str value;

		fold_addf(&f, "%0*d", n, 7);
		value = fold_done(&f);
		assert_int_equal(value.n, n);
		assert_int_equal(value.p[n - 1], '7');
	}
	arena_free(arena);
}

static void
nothing_added(void **state)
{
	struct arena *arena = arena_new(0);
	struct fold f = fold_new(arena, STR("N"));

	(void)state;
	assert_str(fold_done(&f), "");
	fold_break(&f);
	fold_add(&f, STR("a"));
	assert_str(fold_done(&f), "a");
	arena_free(arena);
}

static struct str
write_some(struct arena *arena)
{
	struct fold f = fold_new(arena, STR("Name"));
	char text[300];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 12; i++)
		fold_add(&f, STR("0123456789"));
	fold_addf(&f, "%.*s", 300, text);
	fold_break(&f);
	fold_add(&f, STR("end"));
	return fold_done(&f);
}

static void
fold_without_memory(void **state)
{
	struct arena *big = arena_new(0);
	struct str whole = write_some(big);
	int failures = 0;

	(void)state;
	for (size_t limit = 1; limit < 3000; limit += 3) {
		struct arena *arena = arena_new(limit);
		struct str value = write_some(arena);

		assert_true(value.p == NULL ? value.n == 0 :
					      str_eq(value, whole));
		failures += value.p == NULL;
		arena_free(arena);
	}
	assert_in_range(failures, 10, 999);
	arena_free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_name),
		cmocka_unit_test(keeps_bytes),
		cmocka_unit_test(limit_of_count),
		cmocka_unit_test(limit_of_bytes),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(many_different_names),
		cmocka_unit_test(folds),
		cmocka_unit_test(never_too_wide),
		cmocka_unit_test(fills_lines),
		cmocka_unit_test(too_wide_token),
		cmocka_unit_test(strips_line_ends),
		cmocka_unit_test(long_format),
		cmocka_unit_test(nothing_added),
		cmocka_unit_test(fold_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
