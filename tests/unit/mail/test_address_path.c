/* Addresses of the envelope. */
#include "unit/base/check.h"

#include "mail/address.h"

static void
paths(void **state)
{
	static const struct {
		const char *text, *path, *local, *domain;
	} rows[] = {
		{ "<a@b>", "a@b", "a", "b" },
		{ "a@b", "a@b", "a", "b" },
		{ "  <a@b> ", "a@b", "a", "b" },
		{ "<>", "", "", "" },
		{ "", "", "", "" },
		{ "<@x,@y:a@b>", "a@b", "a", "b" },
		{ "@x,@y:a@b", "a@b", "a", "b" },
		{ "<@[IPv6:::1]:a@b>", "a@b", "a", "b" },
		{ "@x", "@x", "", "x" },
		{ "<postmaster>", "postmaster", "postmaster", "" },
		{ "\"a@x\"@b", "\"a@x\"@b", "\"a@x\"", "b" },
		{ "\"a\\\"@x\"@b", "\"a\\\"@x\"@b", "\"a\\\"@x\"", "b" },
		{ "a@x@b", "a@x@b", "a@x", "b" },
		{ "\"a@b", "\"a@b", "\"a@b", "" },
		{ "a@", "a@", "a", "" },
		{ "<\">\"@b>", "\">\"@b", "\">\"", "b" },
		{ "\"a\\", "\"a\\", "\"a\\", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str path = address_path(str_of(rows[i].text));
		struct mailbox box = address_split(path);

		if (!str_eq(path, str_of(rows[i].path)) ||
			!str_eq(box.local, str_of(rows[i].local)) ||
			!str_eq(box.domain, str_of(rows[i].domain)))
			fail_msg("%s: %.*s %.*s %.*s", rows[i].text,
				STR_ARG(path), STR_ARG(box.local),
				STR_ARG(box.domain));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
