#include "sign/conf.h"
#include "unit/dkim/support.h"

/* Load a [sign] section; the result of conf_load. */
static int
load(struct arena *arena, const char *text, struct sign_conf *ret)
{
	const struct conf_section *sections[] = { &sign_section, NULL };
	struct conf_source source = { NULL, NULL, NULL };
	struct conf_errors errors = { .arena = arena };
	struct conf *conf = NULL;
	char path[64];
	FILE *f = test_file(path);
	int r;

	fprintf(f, "[sign]\n%s\n", text);
	fclose(f);
	source.path = path;
	r = conf_load(arena, &source, sections, &errors, &conf);
	unlink(path);
	if (r == 0)
		*ret = *(const struct sign_conf *)conf_get(conf, "sign");
	return r;
}

static void
test_defaults(void **state)
{
	struct arena *arena = arena_new(0);
	struct sign_conf conf;

	(void)state;
	assert_int_equal(0, load(arena, "", &conf));
	assert_int_equal(0, conf.domain.count);
	assert_int_equal(0, conf.selector.count);
	assert_int_equal(0, conf.key.count);
	assert_false(conf.subdomains);
	assert_false(conf.multiple_signatures);
	assert_null(conf.identity);
	assert_null(conf.key_table);
	assert_int_equal(THIRD_PARTY_LISTED, conf.third_party);
	assert_int_equal(AT_RISK_OMIT, conf.fields_at_risk);
	assert_int_equal(0, conf.canonicalization);
	assert_int_equal(0, conf.lifetime);
	assert_int_equal(16, conf.signed_headers.count);
	assert_int_equal(13, conf.oversign_headers.count);
	assert_int_equal(0, conf.oversign_absent.count);
	arena_free(arena);
}

static void
test_values(void **state)
{
	struct arena *arena = arena_new(0);
	struct sign_conf conf;

	(void)state;
	assert_int_equal(0, load(arena,
		"domain = x.example\nselector = s1\nkey = /etc/key\n"
		"subdomains = yes\ncanonicalization = simple/relaxed\n"
		"third-party = any\nfields-at-risk = sign\n"
		"signature-lifetime = 1h",
		&conf));
	assert_str(conf.domain.items[0], "x.example");
	assert_str(conf.selector.items[0], "s1");
	assert_str(conf.key.items[0], "/etc/key");
	assert_true(conf.subdomains);
	assert_int_equal(2, conf.canonicalization);
	assert_int_equal(THIRD_PARTY_ANY, conf.third_party);
	assert_int_equal(AT_RISK_SIGN, conf.fields_at_risk);
	assert_int_equal(3600 * 1000, conf.lifetime);
	arena_free(arena);
}

static void
test_bad(void **state)
{
	static const char *const rows[] = { "canonicalization = simple",
		"subdomains = maybe", "no-such-option = 1",
		"signature-lifetime = 500ms" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct sign_conf conf;

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
