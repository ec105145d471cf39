#include "sign/keytable.h"
#include "unit/sign/support.h"

#include <sys/stat.h>

static struct arena *arena;
static struct conf_errors errors;
static struct test_key rsa, ed25519;
static char directory[] = "/tmp/mailvet-keys-XXXXXX";

static const char *const domains[] = { "b.example", "a.example",
	"xn--bcher-kva.example", "Upper.example", "odd..example" };

/* DIRECTORY/DOMAIN/key.pem for each of the domains. */
static void
file_of(const char *domain, char path[256])
{
	snprintf(path, 256, "%s/%s", directory, domain);
	mkdir(path, 0700);
	strcat(path, "/key.pem");
}

static int
setup_all(void **state)
{
	char path[256];

	(void)state;
	rsa = test_rsa(2048);
	ed25519 = test_ed25519_pem();
	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < 5; i++) {
		file_of(domains[i], path);
		assert_int_equal(0, link(rsa.path, path));
	}
	return 0;
}

static int
teardown_all(void **state)
{
	char path[256];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		file_of(domains[i], path);
		unlink(path);
		*strrchr(path, '/') = '\0';
		rmdir(path);
	}
	rmdir(directory);
	test_key_free(&rsa);
	test_key_free(&ed25519);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A table; R, E and D in it are the keys and the directory. */
static int
load(const char *text, struct key_table *ret)
{
	struct keyring ring = { .arena = arena, .errors = &errors };
	struct strbuf sb = sb_new(arena);
	struct table_source source = { arena, &errors, NULL, "c:1" };
	char path[64];
	int r;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == 'R')
			sb_addz(&sb, rsa.path);
		else if (text[i] == 'E')
			sb_addz(&sb, ed25519.path);
		else if (text[i] == 'D')
			sb_addz(&sb, directory);
		else
			sb_addc(&sb, text[i]);
	}
	write_text(path, sb_done(&sb).p);
	source.text = path;
	r = key_table_load(&source, &ring, ret);
	unlink(path);
	return r;
}

static void
test_table(void **state)
{
	struct key_table table;
	const struct key_entry *entry;

	(void)state;
	assert_int_equal(0,
		load("# comment\n"
		     "one exaMple.com:s1:R\n"
		     "two example.com : e1 : E\n"
		     "any %:s1:R\n",
			&table));
	assert_int_equal(3, table.count);
	entry = key_table_find(&table, STR("one"));
	assert_non_null(entry);
	assert_str(entry->domain, "example.com");
	assert_str(entry->selector, "s1");
	assert_string_equal(rsa.path,
		key_entry_find(entry, STR("whatever.example"))->path);
	entry = key_table_find(&table, STR("two"));
	assert_str(sign_key_type(entry->keys->key), "ed25519");
	entry = key_table_find(&table, STR("any"));
	assert_int_equal(0, entry->domain.n);
	assert_null(key_table_find(&table, STR("on")));
}

/* A path with "%": the domains that have a file, as one writes domains. */
static void
test_directory(void **state)
{
	struct key_table table;
	const struct key_entry *entry;
	const struct domain_key *key;

	(void)state;
	assert_int_equal(0, load("all %:s1:D/%/key.pem\n", &table));
	entry = key_table_find(&table, STR("all"));
	assert_int_equal(3, entry->count);
	key = key_entry_find(entry, STR("a.example"));
	assert_non_null(key);
	assert_non_null(strstr(key->path, "/a.example/key.pem"));
	assert_non_null(key_entry_find(entry, STR("b.example")));
	assert_non_null(key_entry_find(entry, STR("xn--bcher-kva.example")));
	assert_null(key_entry_find(entry, STR("c.example")));
	assert_null(key_entry_find(entry, STR("upper.example")));
}

/* One key by two names, or one selector in many domains, is no conflict. */
static void
test_same_selector(void **state)
{
	struct key_table table;
	char path[256];

	(void)state;
	file_of("a.example", path);
	assert_int_equal(0, load("one e.example:s1:R\ntwo e.example:s1:R\n"
		"linked e.example:s1:D/a.example/key.pem\n"
		"other f.example:s1:E\nany %:s1:R\nany2 %:s1:E\n"
		"all %:s1:D/%/key.pem\n", &table));
	assert_int_equal(7, table.count);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "one example.com:s1\n", "not DOMAIN:SELECTOR:PATH" },
		{ "one example.com\n", "not DOMAIN:SELECTOR:PATH" },
		{ "one ex ample:s1:R\n", "is not a domain name" },
		{ "one :s1:R\n", "is not a domain name" },
		{ "one example.com:s/1:R\n", "is not a selector" },
		{ "one example.com::R\n", "is not a selector" },
		{ "one example.com:s1:key.pem\n", "absolute path" },
		{ "one example.com:s1:MIIEvQIBADANBgkq\n", "absolute path" },
		{ "one example.com:s1:/no/such\n", "No such file" },
		{ "one %:s1:D/%.pem\n", "fits no file" },
		{ "x e.example:s1:R\nx e.example:s2:R\n", "already" },
		{ "x e.example:s1:R\ny e.example:S1:E\n",
			"s1._domainkey.e.example is another key at " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct key_table table;

		setup(state);
		assert_int_equal(ERR_CONFIG, load(rows[i].text, &table));
		assert_int_equal(1, errors.count);
		if (strstr(errors.texts[0], rows[i].word) == NULL)
			fail_msg("%s", errors.texts[0]);
		/* In the table's file and line. */
		assert_non_null(strstr(errors.texts[0],
			i >= 10 ? ":2: " : ":1: "));
		teardown(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_same_selector, setup, teardown),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
