#include "sign/rules.h"
#include "dns/name.h"
#include "unit/sign/support.h"

static struct arena *arena;
static struct conf_errors errors;
static struct key_table keys;

/* A key table without keys: rules only hand them on. */
static struct domain_key any[] = { { .domain = STR(""), .path = "/any" } };
static struct domain_key two[] = {
	{ .domain = STR("a.example"), .path = "/a" },
	{ .domain = STR("b.example"), .path = "/b" },
};
static struct key_entry entries[] = {
	{ STR("com"), STR("example.com"), STR("s1"), any, 1, "k:1" },
	{ STR("com-ed"), STR("example.com"), STR("e1"), any, 1, "k:2" },
	{ STR("net"), STR("example.net"), STR("s1"), any, 1, "k:3" },
	{ STR("own"), STR(""), STR("s1"), any, 1, "k:4" },
	{ STR("dir"), STR(""), STR("s1"), two, 2, "k:5" },
};

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	keys = (struct key_table){ entries, 5 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int
load(const char *text, bool patterns, struct rules *ret)
{
	struct table_source source = { arena, &errors, NULL, "c:1" };
	struct strbuf sb = sb_new(arena);
	char path[64];
	int r;

	write_text(path, text);
	sb_addf(&sb, "%s%s", patterns ? "refile:" : "", path);
	source.text = sb_done(&sb).p;
	r = rules_load(&source, &keys, ret);
	unlink(path);
	return r;
}

/* "domain/selector[/identity] ..." of what is chosen. */
static const char *
choose(const struct rules *rules, const char *address, const char **reason)
{
	struct mailbox author = address_split(str_of(address));
	struct strbuf sb = sb_new(arena);
	struct signers signers;

	assert_int_equal(
		0, name_normalise(arena, author.domain, &author.domain));
	assert_int_equal(
		0, rules_choose(rules, arena, &author, &signers, reason));
	for (size_t i = 0; i < signers.count; i++) {
		const struct signer *s = &signers.list[i];

		sb_addf(&sb, "%s%.*s/%.*s", i > 0 ? " " : "",
			STR_ARG(s->domain), STR_ARG(s->selector));
		if (s->identity.n > 0)
			sb_addf(&sb, "/%.*s", STR_ARG(s->identity));
	}
	return sb_done(&sb).p;
}

struct row {
	const char *table;
	bool patterns, all, third_party;
	const char *address, *want;
};

static const struct row rows[] = {
	/* plain, from the special to the general */
	{ "example.com com", 0, 0, 0, "ann@example.com",
		"example.com/s1" },
	{ "Example.COM com", 0, 0, 0, "Ann@EXAMPLE.com",
		"example.com/s1" },
	{ "example.com com", 0, 0, 0, "ann@sub.example.com", "" },
	{ ".example.com com", 0, 0, 0, "ann@a.b.example.com",
		"example.com/s1" },
	{ ".example.com com", 0, 0, 0, "ann@example.com", "" },
	{ "* own\nexample.com com", 0, 0, 0, "ann@example.com",
		"example.com/s1" },
	{ "* own\nexample.com com", 0, 0, 0, "ann@example.net",
		"example.net/s1" },
	{ "ann@example.com com-ed\nexample.com com", 0, 0, 0,
		"ann@example.com", "example.com/e1" },
	{ "ann@example.com com-ed\nexample.com com", 0, 0, 0,
		"bob@example.com", "example.com/s1" },
	{ "ann@.example.com com-ed\n.example.com com", 0, 0, 0,
		"ann@x.example.com", "example.com/e1" },
	{ "ann@* own\n* com", 0, 0, 0, "ann@example.com",
		"example.com/s1" },
	/* two lines of one pattern: two signatures, in their order */
	{ "example.com com\nexample.com com-ed\n* own", 0, 0, 0,
		"ann@example.com", "example.com/s1 example.com/e1" },
	{ "example.com com-ed\nexample.com com\nexample.com com", 0, 0, 0,
		"ann@example.com", "example.com/e1 example.com/s1" },
	{ "example.com com-ed\n* own", 0, 1, 0, "ann@example.com",
		"example.com/e1 example.com/s1" },
	/* refile: in the order of the file */
	{ "*@example.com com", 1, 0, 0, "ann@example.com",
		"example.com/s1" },
	{ "*@example.com com", 1, 0, 0, "ann@badexample.com", "" },
	{ "*example.com com", 1, 0, 0, "ann@badexample.com", "" },
	{ "*@*.example.com com", 1, 0, 0, "ann@sub.example.com",
		"example.com/s1" },
	{ "a*n@ex*e.com com", 1, 0, 0, "ann@example.com",
		"example.com/s1" },
	{ "*@example.com com\nann@example.com com-ed", 1, 0, 0,
		"ann@example.com", "example.com/s1" },
	{ "*@example.com com\nann@example.com com-ed", 1, 1, 0,
		"ann@example.com", "example.com/s1 example.com/e1" },
	{ "*@example.com com\n* own\n*@example.com com-ed", 1, 0, 0,
		"ann@example.com", "example.com/s1 example.com/e1" },
	{ "ann@example.com com", 1, 0, 0, "ann@example.com",
		"example.com/s1" },
	{ "* own", 1, 0, 0, "ann@example.org", "example.org/s1" },
	/* third parties */
	{ "example.org com", 0, 0, 0, "ann@example.org",
		"example.com/s1" },
	{ "*@example.org com", 1, 0, 0, "ann@example.org",
		"example.com/s1" },
	{ "*@*.example.org com", 1, 0, 0, "ann@x.example.org",
		"example.com/s1" },
	{ "* com", 0, 0, 0, "ann@example.org", "" },
	{ "* com", 0, 0, 1, "ann@example.org", "example.com/s1" },
	{ "* com", 0, 0, 0, "ann@sub.example.com", "example.com/s1" },
	{ "* com", 1, 0, 0, "ann@example.org", "" },
	{ "*@* com", 1, 0, 0, "ann@example.org", "" },
	{ "*.org com", 1, 0, 0, "ann@example.org", "" },
	{ "*org com", 1, 0, 0, "ann@example.org", "" },
	{ "ann@* com", 0, 0, 0, "ann@example.org", "" },
	{ ".org com", 0, 0, 0, "ann@example.org", "" },
	{ "* com\n* own", 1, 0, 0, "ann@example.org", "example.org/s1" },
	/* a key file for each domain */
	{ "*@* dir", 1, 0, 0, "ann@a.example", "a.example/s1" },
	{ "*@* dir", 1, 0, 0, "ann@c.example", "" },
	{ "*@* dir\n*@c.example com", 1, 0, 0, "ann@c.example",
		"example.com/s1" },
	/* i= */
	{ "example.com com:mail@example.com", 0, 0, 0, "ann@example.com",
		"example.com/s1/mail@example.com" },
	{ "example.com com:@%", 0, 0, 0, "ann@example.com",
		"example.com/s1/@example.com" },
	{ ".example.com com:@%", 0, 0, 0, "ann@x.example.com",
		"example.com/s1/@x.example.com" },
	{ "example.org com:@%", 0, 0, 0, "ann@example.org",
		"example.com/s1" },
};

static void
test_rows(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct rules rules = { .all = r->all,
			.third_party = r->third_party };
		const char *reason, *got;

		setup(state);
		if (load(r->table, r->patterns, &rules) != 0)
			fail_msg("%s: %s", r->table, errors.texts[0]);
		got = choose(&rules, r->address, &reason);
		if (strcmp(got, r->want) != 0)
			fail_msg("%s: %s: \"%s\"", r->table, r->address, got);
		teardown(state);
	}
}

static void
test_reasons(void **state)
{
	struct rules rules = { .list = NULL };
	const char *reason;
	char address[400];

	(void)state;
	assert_int_equal(0, load("* com\n", true, &rules));
	assert_string_equal("", choose(&rules, "a@example.org", &reason));
	assert_string_equal(
		"no key of the domain of From, only others'", reason);
	assert_int_equal(0, load("*@x.example own\n", true, &rules));
	assert_string_equal("", choose(&rules, "a@example.org", &reason));
	assert_string_equal("From is not in our domain", reason);
	memset(address, 'a', sizeof(address));
	strcpy(address + 320, "@example.org");
	assert_int_equal(0, load("* own\n", true, &rules));
	assert_string_equal("", choose(&rules, address, &reason));
	assert_string_equal("the address in From is too long", reason);
}

static void
test_many(void **state)
{
	struct strbuf sb = sb_new(arena);
	struct rules rules = { .list = NULL };
	const char *reason;

	(void)state;
	for (int i = 0; i < 1000; i++)
		sb_addf(&sb, "d%d.example %s\n", i * 7919 % 1000,
			i % 2 ? "own" : "com");
	assert_int_equal(0, load(sb_done(&sb).p, false, &rules));
	for (int i = 0; i < 1000; i++) {
		char address[32], want[40];

		snprintf(address, sizeof(address), "x@d%d.example",
			i * 7919 % 1000);
		snprintf(want, sizeof(want), i % 2 ? "d%d.example/s1" :
			"example.com/s1", i * 7919 % 1000);
		assert_string_equal(want, choose(&rules, address, &reason));
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text, *word;
		bool patterns;
	} bad[] = {
		{ "example.com none", "\"none\" is not in the key table",
			false },
		{ "b\xc3\xbc.example com", "A-labels", false },
		{ "example.com com:nobody", "is not an identity", false },
		{ "example.com com:a;b@example.com", "is not an identity",
			false },
		{ "example.com com:a@b@example.com", "is not an identity",
			false },
		{ "example.com com:@evilexample.com", "not within d=", false },
		{ "example.com com:a@example.net", "not within d=", false },
		{ "c.example dir", "has no key file", false },
		{ "x@c.example dir", "has no key file", false },
		/* What fits nobody: each is right in the other kind. */
		{ "*@example.com com", "only in a refile:", false },
		{ "*@*.example.com com", "only in a refile:", false },
		{ "ann@*.example.com com", "only in a refile:", false },
		{ "*example.com com", "only in a refile:", false },
		{ "@example.com com", "fits no address", false },
		{ "example.com com", "fits no address", true },
		{ ".example.com com", "fits no address", true },
		{ "@example.com com", "fits no address", true },
		{ "example.com. com", "dot at its end", false },
		{ "*@example.com. com", "dot at its end", true },
		{ "example.com", "not a line of the form", false },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rules rules = { .list = NULL };

		setup(state);
		assert_int_equal(ERR_CONFIG, load(bad[i].text,
			bad[i].patterns, &rules));
		assert_int_equal(1, errors.count);
		if (strstr(errors.texts[0], bad[i].word) == NULL)
			fail_msg("%s", errors.texts[0]);
		assert_non_null(strstr(errors.texts[0], ":1: "));
		teardown(state);
	}
}

static void
test_nomem(void **state)
{
	struct mailbox author = { STR("ann"), STR("a.example.com") };
	struct rules rules = { .list = NULL };
	struct signers signers;
	const char *reason;
	int r = ERR_NOMEM;

	(void)state;
	assert_int_equal(0, load(".example.com com:@%\n", false, &rules));
	for (size_t limit = 16; r < 0; limit += 16) {
		struct arena *small = arena_new(limit);

		r = rules_choose(&rules, small, &author, &signers, &reason);
		assert_true(r == ERR_NOMEM || signers.count == 1);
		arena_free(small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test(test_bad),
		cmocka_unit_test_setup_teardown(test_nomem, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
