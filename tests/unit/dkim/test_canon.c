/*
 * Our header hash against libopendkim's: two that share no code.
 */
#include "dkim/canon.h"
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

/* As an MTA tells them: the fold is LF and white space. */
static const struct {
	struct str name, value;
} fields[] = {
	{ STR("Received"), STR(" from a\n\tby b; date") },
	{ STR("received"), STR(" from b\r\n by c; date ") },
	{ STR("From"), STR(" =?utf-8?q?Ann?=\n  <ann@x.example>") },
	{ STR("TO"), STR("bob@x.example") },
	{ STR("Subject"), STR(" a  b\t\tc \n \td  \t ") },
	{ STR("X-Empty"), STR("") },
	{ STR("X-Space"), STR("  \t ") },
	{ STR("X-Folds"), STR("\n \n\t x\n y") },
	{ STR("X-8bit"), STR(" \xc3\xa4 \xff\x80  z") },
	{ STR("X-Twice"), STR(" one") },
	{ STR("X-Twice"), STR(" two") },
	{ STR("X-Twice"), STR(" three") },
	{ STR("X-Colon"), STR(": :; b=xyz; ") },
	{ STR("dkim-signature"), STR(" another") },
};

static const char *const lists[] = {
	"from",
	"From:To:Subject",
	"From:x-twice:X-TWICE",
	"from:x-twice:x-twice:x-twice:x-twice:x-twice",
	"from:received:received:received:x-empty:x-space:x-folds:x-8bit",
	"from : subject\n\t:to: x-colon",
	"from:absent:absent:to:absent",
	"x-twice:from:x-twice:subject:x-twice",
	"from:dkim-signature",
};

/* The rest of the signature's field, with b= at each place and in each form. */
static const char *const forms[] = {
	" b=AAAA; v=1; a=rsa-sha256; c=%s; d=x; s=y; bh=AAAA; h=%s",
	" v=1; a=rsa-sha256; c=%s; d=x; s=y;\n\tbh=AAAA; h=%s; b=AA\n\t AA",
	"v=1;a=rsa-sha256;c=%s;d=x;s=y;bh=AAAA;h=%s;b=AAAA;",
	" v=1; a=rsa-sha256; c=%s; d=x; s=y; bh=AAAA; h=%s; \tb=\n\tAAAA\n ; "
	"x=4102444800 ",
	"\n\tv=1; a=rsa-sha256; c=%s; d=x; s=y; bh=AAAA; h=%s;\n b=AAAA;\n "
	"n=note  with b=signs",
};

static const char *const canons[] = { "relaxed/simple", "simple/simple" };

static void
add_all(struct arena *arena, struct headers *headers, struct str signature,
	size_t at)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (i == at)
			assert_int_equal(0, headers_add(headers, arena,
						    SIGNATURE_NAME, signature));
		assert_int_equal(0, headers_add(headers, arena, fields[i].name,
					    fields[i].value));
	}
}

static void
library_hash(struct arena *arena, const struct headers *headers,
	unsigned char ret[DK_HASH_SIZE])
{
	unsigned char body[DK_HASH_SIZE];
	struct dk_message *m;

	assert_int_equal(0, dk_message_new(arena, library, 0, &m));
	for (size_t i = 0; i < headers->count; i++)
		assert_int_equal(0, dk_field(m, headers->fields[i].name,
					    headers->fields[i].value));
	assert_int_equal(0, dk_fields_end(m));
	assert_int_equal(0, dk_end(m));
	assert_int_equal(0, dk_hashes(m, 0, ret, body));
}

/* Of the signature that is the field at. */
static void
our_hash(struct arena *arena, const struct headers *headers, size_t at,
	const struct signature *sig, unsigned char ret[SHA256_SIZE])
{
	struct canon *canon;

	assert_int_equal(0, canon_new(arena, headers, &canon));
	assert_int_equal(
		0, canon_hash(canon, &headers->fields[at], sig, ret));
}

/* Both hashes of the signature, which is put before the field at. */
static void
compare(struct str value, size_t at)
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	unsigned char theirs[DK_HASH_SIZE], ours[SHA256_SIZE];
	struct signature sig;

	assert_int_equal(0, signature_parse(arena, value, 0, &sig));
	assert_int_equal(AUTH_NONE, sig.result);
	add_all(arena, &headers, value, at);
	library_hash(arena, &headers, theirs);
	our_hash(arena, &headers, at, &sig, ours);
	if (memcmp(ours, theirs, sizeof(ours)) != 0)
		fail_msg("%.*s", STR_ARG(value));
	arena_free(arena);
}

static void
test_against_library(void **state)
{
	enum { FORMS = sizeof(forms) / sizeof(forms[0]) };
	size_t count = sizeof(lists) / sizeof(lists[0]);

	(void)state;
	for (size_t i = 0; i < count * 2 * FORMS; i++) {
		char value[512];

		snprintf(value, sizeof(value), forms[i % FORMS],
			canons[i / FORMS % 2], lists[i / FORMS / 2]);
		compare(str_of(value), 0);
		compare(str_of(value), 7);
	}
}

static void
hash_of(const char *value, unsigned char ret[SHA256_SIZE])
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct signature sig;

	assert_int_equal(0, signature_parse(arena, str_of(value), 0, &sig));
	add_all(arena, &headers, STR(" v=1"), 0);
	our_hash(arena, &headers, 0, &sig, ret);
	arena_free(arena);
}

/* RFC 6376 section 3.5: h= does not mean the signature itself. */
static void
test_itself(void **state)
{
	unsigned char once[SHA256_SIZE], twice[SHA256_SIZE];

	(void)state;
	hash_of("v=1; a=rsa-sha256; d=x; s=y; bh=AAAA; b=AAAA;"
		" h=from:dkim-signature",
		once);
	hash_of("v=1; a=rsa-sha256; d=x; s=y; bh=AAAA; b=AAAA;"
		" h=from:dkim-signature:dkim-signature",
		twice);
	assert_memory_equal(once, twice, sizeof(once));
}

/* The library hashes a b= that it should leave out; those it may not have. */
static void
test_white_space(void **state)
{
	static const char *const values[] = {
		"v=1; a=rsa-sha256; ob=x; d=x; s=y; bh=AA==; h=from; b =AAAA",
		"v=1; a=rsa-sha256; ob=x; d=x; s=y; bh=AA==; h=from; b =",
	};
	unsigned char full[SHA256_SIZE], want[SHA256_SIZE];
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct signature sig;

	(void)state;
	assert_int_equal(0, signature_parse(arena, str_of(values[0]), 0, &sig));
	assert_int_equal(AUTH_NONE, sig.result);
	for (size_t i = 0; i < 2; i++) {
		headers = (struct headers){ 0 };
		assert_int_equal(0, headers_add(&headers, arena, SIGNATURE_NAME,
					    str_of(values[i])));
		our_hash(arena, &headers, 0, &sig, i == 0 ? full : want);
	}
	assert_memory_equal(want, full, sizeof(want));
	arena_free(arena);
}

/* RFC 6376 section 3.4.4, example 1, through the hash. */
static void
test_example(void **state)
{
	static const char canonical[] =
		"a:X\r\nb:Y Z\r\nfrom:f\r\n"
		"dkim-signature:a=rsa-sha256; c=relaxed; b=; h=a:b:from";
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct str names[] = { STR("a"), STR("b"), STR("from") };
	struct signature sig = {
		.names = names, .name_count = 3, .relaxed_header = true
	};
	unsigned char ours[SHA256_SIZE], want[SHA256_SIZE];

	(void)state;
	assert_int_equal(0,
		headers_add(&headers, arena, SIGNATURE_NAME,
			STR(" a=rsa-sha256; c=relaxed; b=Abc=; h=a:b:from")));
	assert_int_equal(0, headers_add(&headers, arena, STR("A"), STR(" X")));
	assert_int_equal(0,
		headers_add(&headers, arena, STR("B "), STR(" Y\t\r\n\tZ  ")));
	assert_int_equal(
		0, headers_add(&headers, arena, STR("From"), STR("f")));
	our_hash(arena, &headers, 0, &sig, ours);
	EVP_Digest(canonical, sizeof(canonical) - 1, want, NULL, EVP_sha256(),
		NULL);
	assert_memory_equal(want, ours, sizeof(ours));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_library),
		cmocka_unit_test(test_itself),
		cmocka_unit_test(test_white_space),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
