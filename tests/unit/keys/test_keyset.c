#include "keys/keyset.h"
#include "keys/key.h"
#include "unit/keys/command_test.h"

#include <stdlib.h>

static struct arena *arena;

static int
setup(void **state)
{
	arena = arena_new(0);
	command_begin(state);
	command_file("used.conf", "[sign]\ndomain = b.example, a.example\n"
		"selector = s1\nkey = $D/keys/%/s1.pem\n");
	command_file("broken.conf", "[sign]\ndomain = a.example\n"
		"selector = s9\nkey = $D/keys/a.example/s9.pem\n");
	command_run(key_new, "new a.example --keys $D/keys --ed25519 "
			     "--selector s1");
	command_run(key_new, "new b.example --keys $D/keys --ed25519 "
			     "--selector s1");
	return command_run(key_new, "new b.example --keys $D/keys --ed25519 "
				    "--selector s0");
}

static int
teardown(void **state)
{
	arena_free(arena);
	return command_end(state);
}

static int
load(const char *config, struct keyset *ret)
{
	char path[128], keys[128];

	snprintf(path, sizeof(path), "%s/%s", command_dir, config);
	snprintf(keys, sizeof(keys), "%s/keys", command_dir);
	return keyset_load(arena, path, keys, ret);
}

static void
test_load(void **state)
{
	static const struct {
		const char *domain, *selector;
		bool used;
	} want[] = { { "a.example", "s1", true }, { "b.example", "s0", false },
		{ "b.example", "s1", true } };
	struct keyset set;

	(void)state;
	assert_int_equal(0, load("used.conf", &set));
	assert_int_equal(0, set.errors.count);
	assert_int_equal(3, set.count);
	for (size_t i = 0; i < 3; i++) {
		const struct keyset_item *item = &set.items[i];

		assert_true(str_eq(item->domain, str_of(want[i].domain)));
		assert_true(str_eq(item->selector, str_of(want[i].selector)));
		assert_int_equal(want[i].used, item->used);
		assert_false(item->retired);
		assert_non_null(item->key);
	}
}

/* A configuration that cannot sign hides no key. */
static void
test_broken(void **state)
{
	struct keyset set;

	(void)state;
	assert_int_equal(0, load("broken.conf", &set));
	assert_int_equal(1, set.errors.count);
	assert_int_equal(3, set.count);
	assert_int_equal(ERR_CONFIG, load("none.conf", &set));
}

static void
test_texts(void **state)
{
	struct keyset set;
	struct str text;

	(void)state;
	assert_int_equal(0, load("used.conf", &set));
	text = keyset_record(arena, set.items[0].key);
	assert_true(str_istarts(text, STR("v=DKIM1; k=ed25519; p=")));
	assert_int_equal(22 + 44, text.n);
	text = keyset_name(arena, STR("s"), STR("d.example"));
	assert_true(str_eq(text, STR("s._domainkey.d.example")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_texts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
