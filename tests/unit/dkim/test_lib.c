#include "dkim/lib.h"
#include "unit/dkim/support.h"

static struct arena *setup_arena;
static struct dk_library *library;

static int
setup(void **state)
{
	(void)state;
	setup_arena = arena_new(0);
	return dk_library_new(setup_arena, &library);
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(setup_arena);
	return 0;
}

#define SIGNATURE \
	STR(" v=1; a=rsa-sha256; c=relaxed/relaxed; d=x.example; s=s;" \
	    " h=from:dkim-signature:subject:x:y; bh=AAAA; b=AAAA")

static struct dk_message *
begin(struct arena *arena, size_t limit, int *err)
{
	struct dk_message *m = NULL;

	*err = dk_message_new(arena, library, limit, &m);
	if (*err == 0)
		*err = dk_field(m, STR("DKIM-Signature"), SIGNATURE);
	if (*err == 0)
		*err = dk_field(m, STR("From"), STR(" a@x.example"));
	return m;
}

static void
test_fields(void **state)
{
	static const struct {
		struct str name, value;
		int err;
	} rows[] = {
		{ STR("X"), STR(" y"), 0 },
		{ STR("X"), STR(""), 0 },
		{ STR("X"), STR(" a\n b\r\n c\rd"), 0 },
		{ STR(""), STR("y"), ERR_SYNTAX },
		{ STR("X y"), STR("y"), ERR_SYNTAX },
		{ STR("X:"), STR("y"), ERR_SYNTAX },
		{ STR("X;"), STR("y"), ERR_SYNTAX },
		{ STR("\xff"), STR("y"), ERR_SYNTAX },
		{ STR("X"), STR("a\0b"), ERR_SYNTAX },
		{ STR("DKIM-Signature"), STR("nonsense"), 0 },
	};
	struct arena *arena = arena_new(0);
	int err;
	struct dk_message *m = begin(arena, 0, &err);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(rows[i].err,
			dk_field(m, rows[i].name, rows[i].value));
	assert_int_equal(0, dk_fields_end(m));
	arena_free(arena);
}

static void
test_hashes(void **state)
{
	/* SHA-256 of an empty body, relaxed. */
	static const unsigned char empty[] = { 0xe3, 0xb0, 0xc4, 0x42 };
	unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE];
	struct arena *arena = arena_new(0);
	int err;
	struct dk_message *m = begin(arena, 0, &err);

	(void)state;
	assert_int_equal(0, dk_field(m, STR("DKIM-Signature"), STR("oops")));
	assert_int_equal(ERR_LIBRARY, dk_hashes(m, 0, header, body));
	assert_int_equal(0, dk_fields_end(m));
	assert_int_equal(0, dk_end(m));
	assert_int_equal(0, dk_hashes(m, 0, header, body));
	assert_memory_equal(empty, body, sizeof(empty));
	assert_int_equal(ERR_LIBRARY, dk_hashes(m, 1, header, body));
	assert_int_equal(ERR_LIBRARY, dk_hashes(m, 9, header, body));
	arena_free(arena);
}

/* Bodies alone: each its own canonicalization and length. */
static void
test_bodies(void **state)
{
	static const struct {
		bool relaxed;
		uint64_t limit;
		const char *canonical;
	} rows[] = {
		{ false, DK_ALL, "a  b \r\n" },
		{ true, DK_ALL, "a b\r\n" },
		{ false, 0, "" },
		{ true, 2, "a " },
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct arena *arena = arena_new(0);
	unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE], want[32];
	struct dk_message *m;

	(void)state;
	assert_int_equal(0, dk_message_new(arena, library, 0, &m));
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(0,
			dk_want_body(m, rows[i].relaxed, rows[i].limit));
	assert_int_equal(0, dk_fields_end(m));
	assert_int_equal(0, dk_body(m, STR("a  b ")));
	assert_int_equal(0, dk_body(m, STR("\r\n\r\n")));
	assert_int_equal(0, dk_end(m));
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(0, dk_hashes(m, i, header, body));
		EVP_Digest(rows[i].canonical, strlen(rows[i].canonical), want,
			NULL, EVP_sha256(), NULL);
		assert_memory_equal(want, body, sizeof(want));
	}
	arena_free(arena);
}

static void
test_bare(void **state)
{
	static const struct {
		struct str body;
		bool bare;
	} rows[] = {
		{ STR("a\r\nb\r\n\r\n"), false },
		{ STR(""), false },
		{ STR("a"), false },
		{ STR("a\r"), true },
		{ STR("a\rb"), true },
		{ STR("a\r\r\n"), true },
		{ STR("\nb"), true },
		{ STR("a\n\r\n"), true },
		{ STR("a\r\n\n"), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 6; piece++) {
			struct arena *arena = arena_new(0);
			struct str rest = rows[i].body;
			int err;
			struct dk_message *m = begin(arena, 0, &err);

			assert_int_equal(0, dk_fields_end(m));
			for (; rest.n > 0; rest = str_from(rest, piece))
				assert_int_equal(0,
					dk_body(m, str_first(rest, piece)));
			assert_int_equal(rows[i].bare, dk_bare_newline(m));
			assert_int_equal(0, dk_end(m));
			arena_free(arena);
		}
}

static void
test_line_limit(void **state)
{
	struct arena *arena = arena_new(0);
	char *chunk = calloc(1, 65536);
	int err, sent = 0;
	struct dk_message *m = begin(arena, 0, &err);

	(void)state;
	assert_int_equal(0, dk_fields_end(m));
	while ((err = dk_body(m, (struct str){ chunk, 65536 })) == 0)
		sent++;
	assert_int_equal(ERR_LIMIT, err);
	assert_int_equal(DK_LINE_MAX / 65536, sent);
	free(chunk);
	arena_free(arena);
}

/* Wherever the library runs out of memory, it is ERR_NOMEM and no crash. */
static void
test_memory(void **state)
{
	int err = ERR_NOMEM;

	(void)state;
	for (size_t limit = 1; err < 0; limit += 64) {
		struct arena *arena = arena_new(0);
		struct dk_message *m = begin(arena, limit, &err);

		if (err == 0)
			err = dk_fields_end(m);
		if (err == 0)
			err = dk_body(m, STR("Hello  world\r\n x \r\n"));
		if (err == 0)
			err = dk_end(m);
		assert_true(err == 0 || err == ERR_NOMEM);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
