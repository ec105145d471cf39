/* The author domain of a whole header. */
#include "unit/dmarc/fixture.h"

#include "dmarc/author.h"
#include "dns/name.h"

struct row {
	const char *from[3];
	const char *domain;  /* NULL: see problem */
	const char *problem;
};

#define NOT_A_LIST "From is not a list of addresses"
#define NOT_A_NAME "the domain in From is not a name"

static const struct row rows[] = {
	{ { "a@x.com" }, "x.com", NULL },
	{ { "Ann <a@X.COM>" }, "x.com", NULL },
	{ { "a@x.com." }, "x.com", NULL },
	{ { "a@x.com, b@X.com" }, "x.com", NULL },
	{ { "Team: a@x.com, b@x.com;" }, "x.com", NULL },
	{ { "a@b\xc3\xbc" "cher.example" }, "xn--bcher-kva.example", NULL },
	{ { "a@B\xc3\x9c" "CHER.example, b@xn--bcher-kva.EXAMPLE" },
		"xn--bcher-kva.example", NULL },
	{ { "a@com" }, "com", NULL },
	{ { "a@x.com, b@y.com" }, NULL, "several domains in From" },
	{ { "a@x.com, b@a.x.com" }, NULL, "several domains in From" },
	{ { "a@x.com, b@y.com, c@x.com" }, NULL, "several domains in From" },
	{ { "a@x.com", "a@x.com" }, NULL, "several From fields" },
	{ { NULL }, NULL, "no From field" },
	{ { "" }, NULL, NOT_A_LIST },
	{ { "root" }, NULL, NOT_A_LIST },
	{ { "a@x.com <b@y.com>" }, NULL, NOT_A_LIST },
	{ { "undisclosed:;" }, NULL, "no address in From" },
	{ { "a@[192.0.2.1]" }, NULL, NOT_A_NAME },
	{ { "a@x_y.com" }, "x_y.com", NULL },
	{ { "a@x'y.com" }, NULL, NOT_A_NAME },
	{ { "a@\xff\xfe.com" }, NULL, NOT_A_NAME },
	{ { "a@x.com, b@[192.0.2.1]" }, NULL, NOT_A_NAME },
};

static void
check_row(const struct row *row)
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct author author;

	for (size_t i = 0; i < COUNT(row->from) && row->from[i] != NULL; i++)
		assert_int_equal(headers_add(&headers, arena, STR("from"),
			str_of(row->from[i])), 0);
	assert_int_equal(headers_add(&headers, arena, STR("Sender"),
		STR("s@sender.example")), 0);
	assert_int_equal(author_find(arena, &headers, &author), 0);
	if (!str_eq(author.domain, str_of(row->domain)) ||
		!str_eq(author.problem, str_of(row->problem)))
		fail_msg("%s: \"%.*s\" \"%.*s\"", row->from[0],
			STR_ARG(author.domain), STR_ARG(author.problem));
	arena_free(arena);
}

static void
headers_and_domains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* A From with a domain of so many labels, of one byte each. */
static bool
is_author(unsigned labels)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct headers headers = { 0 };
	struct author author;
	bool found;

	sb_addz(&sb, "a@");
	for (unsigned i = 0; i < labels; i++)
		sb_addz(&sb, i > 0 ? ".a" : "a");
	assert_int_equal(headers_add(&headers, arena, STR("From"),
		sb_done(&sb)), 0);
	assert_int_equal(author_find(arena, &headers, &author), 0);
	found = author.domain.n > 0;
	assert_int_equal(found, author.problem.n == 0);
	arena_free(arena);
	return found;
}

static void
long_domains(void **state)
{
	(void)state;
	assert_true(is_author((NAME_MAX_BYTES + 1) / 2));     /* 253 bytes */
	assert_false(is_author((NAME_MAX_BYTES + 1) / 2 + 1)); /* 255 bytes */
	assert_false(is_author(300));
	assert_false(is_author(100000));
}

static void
too_many_addresses(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct headers headers = { 0 };
	struct author author;

	(void)state;
	for (int i = 0; i < 1001; i++)
		sb_addz(&sb, "a@x.com, ");
	assert_int_equal(headers_add(&headers, arena, STR("From"),
		sb_done(&sb)), 0);
	assert_int_equal(author_find(arena, &headers, &author), 0);
	assert_str(author.problem, "too many addresses in From");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_and_domains),
		cmocka_unit_test(long_domains),
		cmocka_unit_test(too_many_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
