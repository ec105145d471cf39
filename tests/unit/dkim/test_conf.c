#include "dkim/conf.h"
#include "unit/dkim/support.h"

/* Load a [dkim] section; the result of conf_load. */
static int
load(struct arena *arena, const char *text, struct dkim_conf *ret)
{
	const struct conf_section *sections[] = { &dkim_section, NULL };
	struct conf_source source = { NULL, NULL, NULL };
	struct conf_errors errors = { .arena = arena };
	struct conf *conf = NULL;
	char path[64];
	FILE *f = test_file(path);
	int r;

	fprintf(f, "[dkim]\n%s\n", text);
	fclose(f);
	source.path = path;
	r = conf_load(arena, &source, sections, &errors, &conf);
	unlink(path);
	if (r == 0)
		*ret = *(const struct dkim_conf *)conf_get(conf, "dkim");
	return r;
}

static void
test_defaults(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_conf conf;

	(void)state;
	assert_int_equal(0, load(arena, "", &conf));
	assert_int_equal(1024, conf.minimum_key_bits);
	assert_int_equal(10, conf.maximum_signatures);
	assert_int_equal(PARTIAL_IGNORE, conf.partial_body);
	assert_int_equal(TEST_KEYS_ACCEPT, conf.test_keys);
	/* Never refuse mail by DKIM alone. */
	assert_int_equal(DKIM_ACCEPT, conf.on_none);
	assert_int_equal(DKIM_ACCEPT, conf.on_fail);
	assert_int_equal(DKIM_ACCEPT, conf.on_policy);
	assert_int_equal(DKIM_ACCEPT, conf.on_permerror);
	assert_int_equal(DKIM_ACCEPT, conf.on_temperror);
	arena_free(arena);
}

static void
test_values(void **state)
{
	struct arena *arena = arena_new(0);
	struct dkim_conf conf;

	(void)state;
	assert_int_equal(0, load(arena,
		"minimum-key-bits = 2048\nmaximum-signatures = 3\n"
		"partial-body = refuse\ntest-keys = ignore\n"
		"on-none = defer\non-fail = reject\non-policy = reject\n"
		"on-permerror = reject\non-temperror = defer",
		&conf));
	assert_int_equal(2048, conf.minimum_key_bits);
	assert_int_equal(3, conf.maximum_signatures);
	assert_int_equal(PARTIAL_REFUSE, conf.partial_body);
	assert_int_equal(TEST_KEYS_IGNORE, conf.test_keys);
	assert_int_equal(DKIM_DEFER, conf.on_none);
	assert_int_equal(DKIM_REJECT, conf.on_fail);
	assert_int_equal(DKIM_REJECT, conf.on_policy);
	assert_int_equal(DKIM_REJECT, conf.on_permerror);
	assert_int_equal(DKIM_DEFER, conf.on_temperror);
	arena_free(arena);
}

static void
test_bad(void **state)
{
	static const char *const rows[] = { "minimum-key-bits = 1023",
		"minimum-key-bits = big", "maximum-signatures = 0",
		"maximum-signatures = 41", "on-temperror = reject",
		"partial-body = yes", "test-keys = refuse", "on-fail = drop",
		"no-such-option = 1" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct dkim_conf conf;

		assert_int_equal(ERR_CONFIG, load(arena, rows[i], &conf));
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
