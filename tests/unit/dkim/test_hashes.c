#include "dkim/hashes.h"
#include "unit/dkim/support.h"

#include "dkim/crypto.h"

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

enum { SIGNATURES = 4 };

#define REST "a=rsa-sha256; d=x; s=y; h=from; bh=AAAA; b=AAAA"

/* Of the fourth the hashes are not asked for. */
static const struct str values[SIGNATURES] = {
	STR("v=1; c=simple/simple; n=\xc3\xa4; " REST),
	STR("v=1; c=simple/relaxed; " REST),
	STR("v=1; c=simple/relaxed; l=3; n=\xc3\xa4; " REST),
	STR("v=1; c=simple/relaxed; l=1; " REST),
};

struct fixture {
	struct headers headers;
	struct signature sigs[SIGNATURES];
	struct hashes *hashes;
};

static int
begin(struct arena *arena, struct fixture *f)
{
	int r = headers_add(&f->headers, arena, STR("From"), STR(" a"));

	for (size_t i = 0; i < SIGNATURES && r == 0; i++)
		r = headers_add(&f->headers, arena, SIGNATURE_NAME, values[i]);
	for (size_t i = 0; i < SIGNATURES && r == 0; i++)
		r = signature_parse(arena, values[i], 0, &f->sigs[i]);
	if (r == 0)
		r = hashes_new(arena, &f->headers, SIGNATURES, &f->hashes);
	if (r < 0)
		return r;
	for (size_t i = 0; i < SIGNATURES - 1; i++)
		hashes_want(f->hashes, &f->headers.fields[i + 1], &f->sigs[i]);
	return hashes_header(f->hashes, library);
}

static void
digest(const char *text, unsigned char ret[SHA256_SIZE])
{
	EVP_Digest(text, strlen(text), ret, NULL, EVP_sha256(), NULL);
}

/* Each has its own body and header, whoever hashes the header. */
static void
test_each(void **state)
{
	static const char *const bodies[] = { "a  b \r\n", "a b\r\n", "a b" };
	struct arena *arena = arena_new(0);
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(0, begin(arena, &f));
	assert_int_equal(0, hashes_body(f.hashes, STR("a  b ")));
	assert_int_equal(0, hashes_body(f.hashes, STR("\r\n\r\n")));
	assert_int_equal(0, hashes_end(f.hashes));
	assert_false(hashes_bare_newline(f.hashes));
	for (size_t i = 0; i < SIGNATURES - 1; i++) {
		unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE];
		unsigned char want[SHA256_SIZE];
		char text[256];

		assert_int_equal(0, hashes_get(f.hashes, i, header, body));
		digest(bodies[i], want);
		assert_memory_equal(want, body, sizeof(body));
		snprintf(text, sizeof(text), "From: a\r\nDKIM-Signature:%.*s",
			(int)values[i].n - 4, values[i].p);
		digest(text, want);
		assert_memory_equal(want, header, sizeof(header));
	}
	arena_free(arena);
}

static void
test_nomem(void **state)
{
	int r = ERR_NOMEM;

	(void)state;
	for (size_t limit = 64; r < 0; limit += 32) {
		struct arena *arena = arena_new(limit);
		struct fixture f = { 0 };

		r = begin(arena, &f);
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_nomem),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
