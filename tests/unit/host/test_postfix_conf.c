/*
 * Lists of milters; what postconf says and is told is in tests/admin/setup.
 */
#include "unit/base/check.h"

#include "host/postfix_conf.h"

#define SPF "unix:" MAILVET_RUNDIR "/spf.sock"
#define SIGN "unix:" MAILVET_RUNDIR "/sign.sock"

static struct arena *arena;
static const char *const milters[] = { "spf", "sign", NULL };

static const struct {
	const char *is;
	const char *with; /* our milters */
	const char *without;
} lists[] = {
	{ "", SPF ", " SIGN, "" },
	{ "unix:/run/a", "unix:/run/a, " SPF ", " SIGN, "unix:/run/a" },
	{ "unix:/run/a unix:/run/b", "unix:/run/a, unix:/run/b, " SPF ", " SIGN,
		"unix:/run/a, unix:/run/b" },
	/* Ours are there: all, twice, in the wrong order, with settings. */
	{ SPF ", " SIGN, SPF ", " SIGN, "" },
	{ SPF " unix:/run/a, " SPF, "unix:/run/a, " SPF ", " SIGN,
		"unix:/run/a" },
	{ SIGN ", " SPF, SPF ", " SIGN, "" },
	{ "{ " SPF ", default_action = accept }", SPF ", " SIGN, "" },
	/* What braces hold together stays together. */
	{ "{ inet:h:1, connect_timeout = 1s }, a",
		"{ inet:h:1, connect_timeout = 1s }, a, " SPF ", " SIGN,
		"{ inet:h:1, connect_timeout = 1s }, a" },
	{ "{ a", "{ a, " SPF ", " SIGN, "{ a" },
	{ "}, a", "}, a, " SPF ", " SIGN, "}, a" },
	{ "$mine", "$mine, " SPF ", " SIGN, "$mine" },
};

static void
with_and_without(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct str is = str_of(lists[i].is);

		assert_str(postfix_milters(arena, is, milters),
			lists[i].with);
		assert_str(postfix_without(arena, is), lists[i].without);
	}
}

static const struct {
	const char *is;
	const char *should;
} locals[] = {
	{ "", SIGN },
	{ "unix:/run/a", "unix:/run/a, " SIGN },
	/* What smtpd has: the signer is in that. */
	{ "$smtpd_milters", "$smtpd_milters" },
	{ "${smtpd_milters}", "${smtpd_milters}" },
	{ "$(smtpd_milters)", "$(smtpd_milters)" },
	{ "unix:/run/a, $smtpd_milters, " SIGN, "unix:/run/a, $smtpd_milters" },
	{ "$smtpd_milters_too", "$smtpd_milters_too, " SIGN },
};

static void
local_mail(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(locals); i++)
		assert_str(postfix_local_milters(arena, str_of(locals[i].is)),
			locals[i].should);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_and_without),
		cmocka_unit_test(local_mail),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
