/* The file of overrides. */
#include "unit/dmarc/directory.h"

#include "dmarc/table.h"

struct test {
	struct directory directory;
	struct arena *arena;
	struct conf_errors errors;
	struct overrides table;
};

/* limit: of the arena; 0: none. */
static int
load_within(struct test *t, const char *text, size_t n, size_t limit)
{
	const char *path;
	int fd, err;

	directory_make(&t->directory);
	path = directory_path(&t->directory, "t");
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	t->arena = arena_new(limit);
	t->errors = (struct conf_errors){ .arena = t->arena };
	err = table_load(t->arena, path, "here", &t->errors, &t->table);
	directory_remove(&t->directory);
	return err;
}

static int
load(struct test *t, const char *text, size_t n)
{
	return load_within(t, text, n, 0);
}

static void
all_kinds(void **state)
{
	static const char text[] =
		"# what we know better\n"
		"\n"
		"none list-id:users.Example.net client:192.0.2.0/24 \"a: b\"\n"
		"  none\tforwarder:alumni.example.edu   \n"
		"reject from:.b\xc3\xbc" "cher.example reason:other \"x\"\r\n"
		"policy from:bank.example\n"
		"QUARANTINE client:2001:db8::/32 Reason:Trusted_Forwarder";
	struct test t;
	const struct override *o;

	(void)state;
	assert_int_equal(load(&t, text, sizeof(text) - 1), 0);
	o = t.table.list;
	assert_int_equal(t.table.count, 5);
	assert_int_equal(o[0].action, OVERRIDE_NONE);
	assert_int_equal(o[0].reason.type, REASON_MAILING_LIST);
	assert_str(o[0].reason.comment, "a: b");
	assert_int_equal(o[0].count, 2);
	assert_int_equal(o[0].conditions[0].kind, BY_LIST_ID);
	assert_str(o[0].conditions[0].name, "users.example.net");
	assert_false(o[0].conditions[0].below);
	assert_int_equal(o[0].conditions[1].kind, BY_CLIENT);
	assert_int_equal(o[0].conditions[1].net.prefix, 24);
	assert_int_equal(o[1].reason.type, REASON_TRUSTED_FORWARDER);
	assert_int_equal(o[1].reason.comment.n, 0);
	assert_int_equal(o[2].action, OVERRIDE_REJECT);
	assert_int_equal(o[2].reason.type, REASON_OTHER);
	assert_str(o[2].conditions[0].name, "xn--bcher-kva.example");
	assert_true(o[2].conditions[0].below);
	assert_int_equal(o[3].action, OVERRIDE_POLICY);
	assert_int_equal(o[3].reason.type, REASON_LOCAL_POLICY);
	assert_int_equal(o[4].action, OVERRIDE_QUARANTINE);
	assert_int_equal(o[4].conditions[0].net.addr.family, IP_V6);
	assert_int_equal(o[4].reason.type, REASON_TRUSTED_FORWARDER);
	arena_free(t.arena);
}

#define LISTS "add client: or forwarder:"

static const struct {
	const char *line, *complaint;
} wrong[] = {
	{ "accept from:x.com", "a line begins with none" },
	{ "none", "a condition is missing" },
	{ "none \"x\"", "a condition is missing" },
	{ "none reason:other", "a condition is missing" },
	{ "none x.com", "a condition is" },
	{ "none to:x.com", "a condition is" },
	{ "none from:", "a condition is" },
	{ "none from", "a condition is" },
	{ "none from:.", "not a domain name" },
	{ "none from:a..b", "not a domain name" },
	{ "none from:a@b.com", "not a domain name" },
	{ "none client:192.0.2.0/33", "client:" },
	{ "none client:x.com", "client:" },
	{ "none from:x.com reason:because", "reason:" },
	{ "none from:x.com reason:policy_test_mode", "reason:" },
	{ "none from:x.com \"open", "does not end" },
	{ "none from:x.com \"", "does not end" },
	{ "none from:x.com \"a\" b\"", "within" },
	{ "none from:x.com \"a\" b", "does not end" },
	/* Anybody can write a List-Id. */
	{ "none list-id:l.x.com", LISTS },
	{ "quarantine list-id:l.x.com from:x.com", LISTS },
};

static void
complaints(void **state)
{
	struct test t;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char text[200];

		snprintf(text, sizeof(text), "\n%s\nnone from:a.com\nx\n",
			wrong[i].line);
		assert_int_equal(load(&t, text, strlen(text)), ERR_CONFIG);
		assert_int_equal(t.errors.count, 2);
		if (strstr(t.errors.texts[0], "t:2: ") == NULL ||
			strstr(t.errors.texts[0], wrong[i].complaint) == NULL)
			fail_msg("%s: %s", wrong[i].line, t.errors.texts[0]);
		assert_non_null(strstr(t.errors.texts[1], "t:4: "));
		arena_free(t.arena);
	}
}

static void
a_list_may_be_stronger(void **state)
{
	static const char text[] = "policy list-id:l.x.com\n"
		"reject list-id:l.x.com\nnone list-id:l.x.com forwarder:x.com";
	struct test t;

	(void)state;
	assert_int_equal(load(&t, text, sizeof(text) - 1), 0);
	assert_int_equal(t.table.count, 3);
	arena_free(t.arena);
}

static void
odd_files(void **state)
{
	struct test t;
	char *large = calloc(1, TABLE_MAX_BYTES + 1);

	(void)state;
	assert_int_equal(load(&t, "", 0), 0);
	assert_int_equal(t.table.count, 0);
	arena_free(t.arena);
	assert_int_equal(load(&t, "none from:x.com\0", 16), ERR_CONFIG);
	arena_free(t.arena);
	assert_int_equal(load(&t, large, TABLE_MAX_BYTES + 1), ERR_CONFIG);
	assert_string_equal(t.errors.texts[0] + strlen("here: overrides ") +
		strlen(t.directory.path), "/t: too large");
	free(large);
	assert_int_equal(table_load(t.arena, "/nonexistent/t", "here",
		&t.errors, &t.table), ERR_CONFIG);
	assert_string_equal(t.errors.texts[1],
		"here: overrides /nonexistent/t: No such file or directory");
	assert_int_equal(table_load(t.arena, "/tmp", "here", &t.errors,
		&t.table), ERR_CONFIG);
	arena_free(t.arena);
}

/* Anybody could let himself in. */
static void
writable_by_all(void **state)
{
	char path[] = "/tmp/mailvet-table-XXXXXX";
	struct test t = { .arena = arena_new(0) };
	int fd = mkstemp(path);

	(void)state;
	t.errors.arena = t.arena;
	assert_int_equal(fchmod(fd, 0606), 0);
	close(fd);
	assert_int_equal(table_load(t.arena, path, "here", &t.errors,
		&t.table), ERR_CONFIG);
	assert_non_null(strstr(t.errors.texts[0], "written by all users"));
	unlink(path);
	arena_free(t.arena);
}

static void
out_of_memory(void **state)
{
	static const char text[] = "none from:x.com\nbad\nnone from:y.com";
	int err = ERR_NOMEM;

	(void)state;
	for (size_t limit = 16; err == ERR_NOMEM; limit += 16) {
		struct test t;

		err = load_within(&t, text, sizeof(text) - 1, limit);
		assert_true(err == ERR_NOMEM || err == ERR_CONFIG);
		arena_free(t.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds),
		cmocka_unit_test(complaints),
		cmocka_unit_test(a_list_may_be_stronger),
		cmocka_unit_test(odd_files),
		cmocka_unit_test(writable_by_all),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
