#include "unit/base/check.h"

#include "mail/authres.h"
#include "trust/seal.h"

static char dir[] = "/tmp/mailvet-seal-XXXXXX", path[64];
static struct arena *arena;
static const struct seal_key *key;

/* Load what is at path; the complaint, or NULL. */
static const char *
load(const struct seal_key **ret)
{
	struct conf_errors errors = { .arena = arena };
	int err = seal_key_load(arena, path, "t.conf:3", &errors, ret);

	if (err == 0)
		return NULL;
	assert_int_equal(err, ERR_CONFIG);
	assert_int_equal(errors.count, 1);
	assert_true(str_istarts(str_of(errors.texts[0]),
		STR("t.conf:3: seal-key /tmp/")));
	return errors.texts[0];
}

/* A key of count bytes: first, first + 1, ... */
static void
write_key(size_t count, unsigned char first, mode_t mode)
{
	char bytes[300];

	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)(first + i);
	unlink(path);
	write_file(path, (struct str){ bytes, count }, mode);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/key", dir);
	write_key(32, 1, 0600);
	return load(&key) == NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	unlink(path);
	return rmdir(dir);
}

/* ---- the key ------------------------------------------------------------ */

static const struct {
	size_t size;
	mode_t mode;
	const char *wrong; /* NULL: taken */
} keys[] = {
	{ 32, 0600, NULL }, { 32, 0640, NULL }, { 32, 0400, NULL },
	{ 32, 0440, NULL }, { 256, 0640, NULL }, { 300, 0640, NULL },
	{ 31, 0600, "shorter" }, { 0, 0600, "shorter" },
	{ 32, 0644, "others" }, { 32, 0604, "others" },
	{ 32, 0602, "others" }, { 32, 0660, "others" },
	{ 32, 0620, "others" }, { 32, 0777, "others" },
};

static void
key_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct seal_key *other = NULL;
		const char *wrong;

		write_key(keys[i].size, 1, keys[i].mode);
		wrong = load(&other);
		assert_row(i, (wrong == NULL) == (keys[i].wrong == NULL));
		assert_row(i, (other != NULL) == (wrong == NULL));
		if (wrong != NULL)
			assert_row(i, strstr(wrong, keys[i].wrong) != NULL);
	}
}

/* Nothing that is no file is read, nor waited for. */
static void
key_that_is_no_file(void **state)
{
	const struct seal_key *other = NULL;

	(void)state;
	unlink(path);
	assert_non_null(strstr(load(&other), "No such file"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_non_null(strstr(load(&other), "not a regular file"));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_non_null(strstr(load(&other), "not a regular file"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_non_null(strstr(load(&other), "No such file"));
	assert_null(other);
}

static void
key_without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 500; limit++) {
		struct arena *small = arena_new(limit);
		struct conf_errors errors = { .arena = small };
		const struct seal_key *other = NULL;
		int err = seal_key_load(small, path, "x", &errors, &other);

		assert_true(err == 0 || err == ERR_NOMEM);
		assert_int_equal(other != NULL, err == 0);
		assert_int_equal(errors.count + errors.lost, 0);
		arena_free(small);
	}
}

/* ---- sealing ------------------------------------------------------------ */

#define QUEUE_ID STR("4XqW2z")
#define VALUE "mx.example; spf=pass smtp.mailfrom=a@b.example"
/* By an HMAC of another make, of the bytes that the design names. */
#define HEX_BEGIN "998e412bf4b130a9388c4729cecf874f84b91cf77b386892"
#define HEX HEX_BEGIN "8589eccfbd18405e"
#define SEAL "(seal=" HEX ")"

static struct str
sealed(void)
{
	struct fold fold = fold_new(arena, AUTHRES_NAME);

	fold_add(&fold, STR("mx.example;"));
	fold_break(&fold);
	fold_add(&fold, STR("spf=pass"));
	fold_add(&fold, STR("smtp.mailfrom=a@b.example"));
	assert_int_equal(0, seal_add(key, QUEUE_ID, AUTHRES_NAME, &fold));
	return fold_done(&fold);
}

static struct str
check_with(const struct seal_key *with, struct str queue_id, struct str name,
	struct str value)
{
	const struct header field = { name, value, 1 };
	struct str bare = STR("x");

	assert_int_equal(
		0, seal_check(arena, with, queue_id, &field, &bare));
	return bare;
}

static bool
is_valid(struct str value)
{
	struct str bare = check_with(key, QUEUE_ID, AUTHRES_NAME, value);

	if (bare.p != NULL)
		assert_str(bare, VALUE);
	return bare.p != NULL;
}

static void
known_answer(void **state)
{
	struct str value = sealed();

	(void)state;
	assert_str(value, "mx.example;\n\tspf=pass "
		"smtp.mailfrom=a@b.example\n\t" SEAL);
	assert_true(is_valid(value));
}

/* An MTA may fold anew; not a byte else may change. */
static const struct {
	struct str value;
	bool valid;
} values[] = {
	{ STR(VALUE " " SEAL), true },
	{ STR(" " VALUE " " SEAL), true },
	{ STR(VALUE "\r\n\t " SEAL " \r\n"), true },
	{ STR(VALUE SEAL), true },
	{ STR("mx.example;  \tspf=pass\n smtp.mailfrom=a@b.example " SEAL),
		true },
	{ STR(VALUE), false },
	{ STR(SEAL), false },
	{ STR(""), false },
	{ { NULL, 0 }, false },
	{ STR(VALUE " (seal=)"), false },
	{ STR(VALUE " (seal=00)"), false },
	{ STR(VALUE " " SEAL " x"), false },
	{ STR(VALUE " " SEAL "; dkim=pass header.d=bank.example"), false },
	{ STR(VALUE " " SEAL " " SEAL), false },
	{ STR(VALUE " (c) " SEAL), false },
	{ STR(SEAL " " VALUE), false },
	{ STR("mx.example;spf=pass smtp.mailfrom=a@b.example " SEAL), false },
	{ STR("mx.example; spf=pass smtp.mailfrom=A@b.example " SEAL), false },
	{ STR("mx.example; dkim=pass; spf=pass smtp.mailfrom=a@b.example "
	      SEAL), false },
	{ STR("(c) " VALUE " " SEAL), false },
	{ STR(VALUE "\0 " SEAL), false },
	{ STR(VALUE " (seal=" HEX_BEGIN "8589ECCFBD18405E)"), false },
	{ STR(VALUE " (seal=" HEX "]"), false },
	{ STR(VALUE " (soul=" HEX ")"), false },
};

static void
tells_the_true(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++)
		assert_row(i, is_valid(values[i].value) == values[i].valid);
}

/* Each byte that is not white space counts, those of the seal, too. */
static void
each_byte_counts(void **state)
{
	char text[] = VALUE " " SEAL;
	const struct str value = { text, sizeof(text) - 1 };

	(void)state;
	for (size_t i = 0; i < value.n; i++) {
		if (is_space(text[i]))
			continue;
		text[i] ^= 0x10;
		assert_row(i, !is_valid(value));
		text[i] ^= 0x10;
	}
	assert_true(is_valid(value));
}

/* A seal is of one message and one kind of field. */
static void
not_moved(void **state)
{
	struct str value = sealed();
	const struct seal_key *other;

	(void)state;
	assert_non_null(check_with(key, QUEUE_ID, AUTHRES_NAME, value).p);
	assert_non_null(check_with(key, QUEUE_ID,
		STR("AUTHENTICATION-results"), value).p);
	assert_null(check_with(key, STR("4XqW2Z"), AUTHRES_NAME, value).p);
	assert_null(check_with(key, STR("4XqW2"), AUTHRES_NAME, value).p);
	assert_null(check_with(key, STR("4XqW2zz"), AUTHRES_NAME, value).p);
	assert_null(check_with(key, STR(""), AUTHRES_NAME, value).p);
	assert_null(check_with(key, STR("4XqW2z\0authentication-results"),
		STR(""), value).p);
	assert_null(check_with(key, QUEUE_ID, STR("Received-SPF"), value).p);
	assert_null(check_with(key, QUEUE_ID,
		STR("ARC-Authentication-Results"), value).p);
	write_key(32, 2, 0600);
	assert_null(load(&other));
	assert_null(check_with(other, QUEUE_ID, AUTHRES_NAME, value).p);
	write_key(33, 1, 0600);
	assert_null(load(&other));
	assert_null(check_with(other, QUEUE_ID, AUTHRES_NAME, value).p);
}

static void
no_queue_id(void **state)
{
	struct fold fold = fold_new(arena, AUTHRES_NAME);

	(void)state;
	fold_add(&fold, STR("mx.example; none"));
	assert_int_equal(ERR_SYNTAX,
		seal_add(key, STR(""), AUTHRES_NAME, &fold));
	assert_str(fold_done(&fold), "mx.example; none");
}

/* No memory is no verdict on the seal. */
static void
without_memory(void **state)
{
	const struct header field = { AUTHRES_NAME, sealed(), 1 };
	int seen[2] = { 0 };

	(void)state;
	for (size_t limit = 1; limit < 4000; limit += 3) {
		struct arena *small = arena_new(limit);
		struct str bare;
		int err = seal_check(small, key, QUEUE_ID, &field, &bare);

		seen[err == 0]++;
		assert_true(err == 0 || err == ERR_NOMEM);
		assert_int_equal(bare.p != NULL, err == 0);
		arena_free(small);
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
	for (size_t limit = 1; limit < 4000; limit += 3) {
		struct arena *small = arena_new(limit);
		struct fold fold = fold_new(small, AUTHRES_NAME);
		struct str value;
		int err;

		fold_add(&fold, STR(VALUE));
		err = seal_add(key, QUEUE_ID, AUTHRES_NAME, &fold);
		value = fold_done(&fold);
		assert_true(err == 0 || err == ERR_NOMEM);
		if (err == 0 && value.p != NULL)
			assert_true(is_valid(value));
		arena_free(small);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_files),
		TEST(key_that_is_no_file),
		TEST(key_without_memory),
		TEST(known_answer),
		TEST(tells_the_true),
		TEST(each_byte_counts),
		TEST(not_moved),
		TEST(no_queue_id),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
