#include "sign/load.h"
#include "unit/sign/support.h"

static struct arena *arena;
static struct test_key rsa, ed25519;
static char key_table[64], signing_table[64], pattern_table[64];

static int
setup_all(void **state)
{
	FILE *f;

	(void)state;
	rsa = test_rsa(2048);
	ed25519 = test_ed25519_pem();
	f = test_file(key_table);
	fprintf(f, "r example.com:s1:%s\ne %%:e1:%s\n", rsa.path,
		ed25519.path);
	fclose(f);
	write_text(signing_table, "example.com r\nexample.com e\n");
	write_text(pattern_table, "*@example.com r\n");
	return 0;
}

static int
teardown_all(void **state)
{
	(void)state;
	test_key_free(&rsa);
	test_key_free(&ed25519);
	unlink(key_table);
	unlink(signing_table);
	unlink(pattern_table);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* "domain/selector:type ..." for an author of that domain. */
static const char *
chosen(const struct sign_settings *settings, struct str domain)
{
	struct mailbox author = { STR("ann"), domain };
	struct strbuf sb = sb_new(arena);
	struct signers signers;
	const char *reason;

	assert_int_equal(0, rules_choose(&settings->rules, arena, &author,
		&signers, &reason));
	for (size_t i = 0; i < signers.count; i++)
		sb_addf(&sb, "%s%.*s/%.*s:%.*s", i > 0 ? " " : "",
			STR_ARG(signers.list[i].domain),
			STR_ARG(signers.list[i].selector),
			STR_ARG(sign_key_type(signers.list[i].key)));
	return sb_done(&sb).p;
}

static const struct sign_settings *
load(const char *text)
{
	const char *paths[4] = { rsa.path, ed25519.path };
	const struct sign_settings *settings = NULL;
	struct conf_errors errors;

	if (strstr(text, "table") != NULL) {
		paths[0] = key_table;
		paths[1] = signing_table;
	}
	assert_int_equal(
		0, load_section(arena, text, paths, &errors, &settings));
	return settings;
}

static void
test_simple(void **state)
{
	const struct sign_settings *s;

	(void)state;
	s = load("domain = Example.com, example.net\n"
		 "selector = s1, e1\nkey = %s, %s\n");
	assert_string_equal("example.com/s1:rsa example.com/e1:ed25519",
		chosen(s, STR("example.com")));
	assert_string_equal("example.net/s1:rsa example.net/e1:ed25519",
		chosen(s, STR("example.net")));
	assert_string_equal("", chosen(s, STR("sub.example.net")));
	assert_int_equal(4, s->keys.count);
	s = load("domain = example.com\nselector = s1\nkey = %s\n"
		 "subdomains = yes\n");
	assert_string_equal(
		"example.com/s1:rsa", chosen(s, STR("sub.example.com")));
}

/* "%" is the domain as mailvet-key(8) names its directories. */
static void
test_domain_in_path(void **state)
{
	char dir[] = "/tmp/mailvet-load-XXXXXX", text[256];
	char file[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/xn--bcher-kva.example", dir);
	assert_int_equal(0, link(rsa.path, file));
	snprintf(text, sizeof(text),
		"domain = B\303\274cher.example.\nselector = s1\n"
		"key = %s/%%\n", dir);
	assert_string_equal("xn--bcher-kva.example/s1:rsa",
		chosen(load(text), STR("xn--bcher-kva.example")));
	unlink(file);
	rmdir(dir);
}

/* It is that of one of the domains, or of the author's. */
static void
test_identity(void **state)
{
	static const char *const good[] = { "@x.example", "a@B.Y.example",
		"a@%", "@sub.%" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, "domain = x.example, y.example\n"
			"selector = s\nkey = %s\nidentity = ");
		sb_addz(&sb, good[i]);
		sb_addz(&sb, "\n");
		load(sb_done(&sb).p);
	}
}

static void
test_tables(void **state)
{
	const struct sign_settings *s;
	struct strbuf sb = sb_new(arena);

	(void)state;
	sb_addf(&sb, "key-table = %%s\nsigning-table = refile:%s\n"
		"multiple-signatures = yes\nthird-party = any\n",
		pattern_table);
	s = load(sb_done(&sb).p);
	assert_true(s->rules.all);
	assert_true(s->rules.third_party);
	assert_true(s->rules.patterns);
	s = load("key-table = file:%s\nsigning-table = %s\n");
	assert_false(s->rules.all);
	assert_string_equal("example.com/s1:rsa example.com/e1:ed25519",
		chosen(s, STR("example.com")));
}

static void
test_options(void **state)
{
	static const char simple[] =
		"domain = example.com\nselector = s1\nkey = %s\n";
	const struct sign_settings *s = load(simple);
	struct strbuf sb = sb_new(arena);

	(void)state;
	assert_false(s->options.simple_header);
	assert_false(s->options.simple_body);
	assert_int_equal(0, s->options.lifetime);
	assert_true(s->options.fields.omit_risky);
	sb_addf(&sb, "%scanonicalization = simple/relaxed\n"
		"signature-lifetime = 168h\nfields-at-risk = sign\n"
		"oversign-absent = Cc\n", simple);
	s = load(sb_done(&sb).p);
	assert_true(s->options.simple_header);
	assert_false(s->options.simple_body);
	assert_int_equal(7 * 86400, s->options.lifetime);
	assert_false(s->options.fields.omit_risky);
	assert_int_equal(1, s->options.fields.oversigned_absent.count);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t errors;
		const char *word;
	} bad[] = {
		{ "", 3, "[sign] domain is missing" },
		{ "domain = x.example\nselector = s\n", 1,
			"[sign] key is missing" },
		{ "selector = s\nkey = %s\n", 1,
			"[sign] domain is missing" },
		{ "domain = x.example\nselector = s, t\nkey = %s\n", 1,
			"2 selectors, but 1 keys" },
		{ "domain = x.example\nselector = s, S\nkey = %s, %s\n", 1,
			"selector \"S\" has two keys" },
		{ "domain = x..example\nselector = s\nkey = %s\n", 1,
			"\"x..example\" is not a domain name" },
		{ "domain = x.example\nselector = s/1\nkey = %s\n", 1,
			"\"s/1\" is not a selector" },
		{ "domain = x.example\nselector = s\nkey = /no/such\n", 1,
			":4: key /no/such: No such file" },
		{ "domain = x.example\nselector = s\nkey = %s\n"
		  "identity = nobody\n", 1, "is not an identity" },
		{ "domain = x.example\nselector = s\nkey = %s\n"
		  "identity = nobody\nsubdomains = yes\n", 1,
			":5: \"nobody\" is not an identity" },
		{ "domain = x.example\nselector = s\nkey = %s\n"
		  "identity = a@y.example\n", 1,
			":5: \"a@y.example\" is within no domain" },
		{ "domain = %\nselector = s\nkey = %s\n", 1,
			":2: \"%\" is not a domain name" },
		{ "domain = x.example\nselector = s\nkey = %s\n"
		  "signed-headers = From, Received\n", 1, "changed on" },
		{ "domain = x.example\nselector = s\nkey = %s\n"
		  "oversign-absent = Date\n", 1, "an MTA may add it" },
		{ "key-table = %s\n", 1, "[sign] signing-table is missing" },
		{ "signing-table = %s\n", 1, "[sign] key-table is missing" },
		{ "key-table = /no\nsigning-table = /no\n", 1,
			"table /no: No such file" },
		{ "domain = x\nkey-table = /no\nsigning-table = /no\n", 1,
			"in place of domain, selector and key" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *const paths[4] = { rsa.path, ed25519.path };
		const struct sign_settings *settings = NULL;
		struct conf_errors errors;

		setup(state);
		assert_int_equal(ERR_CONFIG, load_section(arena, bad[i].text,
			paths, &errors, &settings));
		assert_null(settings);
		assert_int_equal(bad[i].errors, errors.count);
		if (strstr(errors.texts[0], bad[i].word) == NULL)
			fail_msg("%s", errors.texts[0]);
		teardown(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_simple, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_domain_in_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_options, setup, teardown),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
