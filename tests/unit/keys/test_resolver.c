#include "keys/resolver.h"
#include "unit/keys/command_test.h"

static void
assert_txt(struct dns *dns, const char *want)
{
	struct dns_scope scope = { .dns = dns, .arena = arena_new(0),
		.budget = 1000 };
	const struct dns_answer *answer =
		dns_lookup(&scope, STR("a.example"), DNS_TXT);

	assert_int_equal(1, answer->count);
	assert_true(str_eq(answer->records[0].data, str_of(want)));
	arena_free(scope.arena);
	dns_close(dns);
}

/* The command line stands above the configuration. */
static void
test_zones(void **state)
{
	struct common common = { .zone = NULL };
	char one[128], two[128];

	(void)state;
	command_file("one", "a.example. TXT one\n");
	command_file("two", "a.example. TXT two\n");
	command_file("bad", "a.example. TXT two\n(\n");
	snprintf(one, sizeof(one), "%s/one", command_dir);
	snprintf(two, sizeof(two), "%s/two", command_dir);
	common.zone = one;
	assert_txt(resolver_open(&common, NULL), "one");
	assert_txt(resolver_open(&common, two), "two");
	snprintf(one, sizeof(one), "%s/bad", command_dir);
	assert_null(resolver_open(&common, NULL));
	assert_null(resolver_open(&common, "/no/such"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_zones) };

	return cmocka_run_group_tests(
		tests, command_begin, command_end);
}
