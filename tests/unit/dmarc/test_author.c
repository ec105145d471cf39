/* The author domain of a whole header. */
#include "unit/dmarc/fixture.h"

#include "dmarc/author.h"
#include "dns/name.h"

struct row {
	const char *from[3];
	const char *domain;  /* NULL: see problem */
	const char *problem;
	bool plain_names;
};

#define CONTROLS "an encoded word in From hides control characters"
#define HIDDEN "an encoded word in From hides an address"
#define SHOWN "From shows an address of another domain"
#define NOT_A_LIST "From is not a list of addresses"
#define NOT_A_NAME "the domain in From is not a name"

static const struct row rows[] = {
	{ { "a@x.com" }, "x.com", NULL, false },
	{ { "Ann <a@X.COM>" }, "x.com", NULL, false },
	{ { "a@x.com." }, "x.com", NULL, false },
	{ { "a@x.com, b@X.com" }, "x.com", NULL, false },
	{ { "Team: a@x.com, b@x.com;" }, "x.com", NULL, false },
	{ { "a@b\xc3\xbc" "cher.example" }, "xn--bcher-kva.example", NULL,
		false },
	{ { "a@B\xc3\x9c" "CHER.example, b@xn--bcher-kva.EXAMPLE", false },
		"xn--bcher-kva.example", NULL, false },
	{ { "a@com" }, "com", NULL, false },
	{ { "a@x.com, b@y.com" }, NULL, "several domains in From", false },
	{ { "a@x.com, b@a.x.com" }, NULL, "several domains in From", false },
	{ { "a@x.com, b@y.com, c@x.com" }, NULL, "several domains in From",
		false },
	{ { "a@x.com", "a@x.com" }, NULL, "several From fields", false },
	{ { NULL }, NULL, "no From field", false },
	{ { "" }, NULL, NOT_A_LIST, false },
	{ { "root" }, NULL, NOT_A_LIST, false },
	{ { "a@x.com <b@y.com>" }, NULL, NOT_A_LIST, false },
	{ { "undisclosed:;" }, NULL, "no address in From", false },
	{ { "a@[192.0.2.1]" }, NULL, NOT_A_NAME, false },
	{ { "a@x_y.com" }, "x_y.com", NULL, false },
	{ { "a@x'y.com" }, NULL, NOT_A_NAME, false },
	{ { "a@\xff\xfe.com" }, NULL, NOT_A_NAME, false },
	{ { "a@x.com, b@[192.0.2.1]" }, NULL, NOT_A_NAME, false },
	/* Readers that search the text for an address stop before the end. */
	{ { "a@x.com-" }, NULL, NOT_A_NAME, false },
	{ { "a@x.com_" }, NULL, NOT_A_NAME, false },
	{ { "a@x.com0" }, NULL, NOT_A_NAME, false },
	{ { "a@x.com-y" }, NULL, NOT_A_NAME, false },
	{ { "a@x.xn--" }, NULL, NOT_A_NAME, false },
	{ { "a@192.0.2.1" }, NULL, NOT_A_NAME, false },
	{ { "a@x.xn--p1ai" }, "x.xn--p1ai", NULL, false },
	{ { "a@x.\xd1\x80\xd1\x84" }, "x.xn--p1ai", NULL, false },
	{ { "a@1-.x-.com" }, "1-.x-.com", NULL, false },
	{ { "root@web01" }, "web01", NULL, false },
	/* Encoded words that a reader may decode before it parses. */
	{ { "=?utf-8?q?Ann?= <a@x.com>" }, "x.com", NULL, false },
	{ { "=?utf-8?q?a=40y.com?= <a@x.com>" }, "x.com", NULL, false },
	{ { "=?utf-8?q?Cee=2C_Ann?= <a@x.com>" }, "x.com", NULL, false },
	{ { "=?utf-8?q?a=40x.com=2C?= <a@x.com>" }, "x.com", NULL, false },
	{ { "=?utf-8?q?a=40y.com=2C?= <a@x.com>" }, NULL, HIDDEN, false },
	{ { "=?utf-8?q?=3Ca=40y.com=3E?= <a@x.com>" }, NULL, HIDDEN, false },
	{ { "=?utf-8?b?PGFAeS5jb20+?= <a@x.com>" }, NULL, HIDDEN, false },
	{ { "=?x?q?=3Ca=40?= =?x?q?y.com=3E?= <a@x.com>" }, NULL, HIDDEN,
		false },
	{ { "a@x.com (=?x?q?=3Ca=40y.com=3E?=)" }, NULL, HIDDEN, false },
	{ { "=?utf-7?q?+ADw-a+AEA-y.com+AD4-?= <a@x.com>" }, NULL, HIDDEN,
		false },
	{ { "=?utf-7?q?Ann_+AOk-?= <a@x.com>" }, "x.com", NULL, false },
	{ { "=?utf-16?b?ADwAYQBAAHkALgBjAG8AbQA+?= <a@x.com>" }, NULL,
		CONTROLS, false },
	{ { "\"b@y.org\" =?utf-8?q?=2C?= <a@x.com>" }, NULL, HIDDEN, false },
	{ { "=?utf-8?q?=22?= \"<b@y.org>\" <a@x.com>" }, NULL, HIDDEN,
		false },
	{ { "(=?utf-8?q?=29?= b@y.org) <a@x.com>" }, NULL, HIDDEN, false },
	{ { "=?utf-8?q?Cee=2C_Ann?= \"b@x.com\" <a@x.com>" }, "x.com", NULL,
		false },
	{ { "=?utf-8?q?Ann_=28b=40y.org=29?= <a@x.com>" }, "x.com", NULL,
		false },
	{ { "=?iso-2022-jp?b?GyRCPCFAbjQuQ2YbKEI=?= <a@x.com>" }, "x.com",
		NULL, true },
	{ { "=?iso-2022-jp?b?GyRCQG4bKEI8YUB5LmNvbT4=?= <a@x.com>" }, NULL,
		HIDDEN, false },
	{ { "=?utf-8?q?a=00?= <a@x.com>" }, NULL, CONTROLS, false },
	{ { "=?utf-8?b?YUB5LmNvbQo=?= <a@x.com>" }, NULL, CONTROLS, false },
	{ { "=?utf-8?q?=3Ca=40y.com=3E=0D=0A?= <a@x.com>" }, NULL, CONTROLS,
		false },
	/* Where the field is odd anyway, nothing foreign may be in it. */
	{ { "[x] <a@x.com>" }, "x.com", NULL, false },
	{ { "[x] \"a@y.com\" <a@x.com>" }, NULL, SHOWN, false },
	{ { "a@x.com <a@x.com> (a@y.com)" }, NULL, SHOWN, false },
	{ { "=?x?q?a=40y.com?= a@x.com <a@x.com>" }, NULL, SHOWN, false },
	{ { "\"a@y.com\" <@x.com:a@x.com>" }, NULL, SHOWN, false },
	{ { "\"<a@y.com>\".b@x.com" }, NULL, SHOWN, false },
	{ { "\"<a@y.com>\": a@x.com;" }, NULL, SHOWN, false },
	{ { "\"a b\"@x.com" }, "x.com", NULL, false },
	{ { "(b@y.org) , a@x.com" }, NULL, SHOWN, false },
	{ { "a@x.com , (b@y.org)" }, NULL, SHOWN, false },
	{ { ",a@x.com,," }, "x.com", NULL, false },
	/* Addresses in names, where that is not wanted. */
	{ { "\"a@y.com\" <a@x.com>" }, "x.com", NULL, false },
	{ { "\"a@y.com\" <a@x.com>" }, NULL, SHOWN, true },
	{ { "\"a\\@y.com\" <a@x.com>" }, NULL, SHOWN, true },
	{ { "=?utf-8?q?a=40y.com?= <a@x.com>" }, NULL, SHOWN, true },
	{ { "a@x.com (a@y.com)" }, NULL, SHOWN, true },
	{ { "\"a@y.com\"@x.com" }, NULL, SHOWN, false },
	{ { "\"a\xef\xbc\xa0y.com\" <a@x.com>" }, NULL, SHOWN, true },
	{ { "\"a @ y.com\" <a@x.com>" }, NULL, SHOWN, true },
	{ { "\"a@sub.x.com\" <a@x.com>" }, "x.com", NULL, true },
	{ { "\"a@x.com\" <a@sub.x.com>" }, "sub.x.com", NULL, true },
	{ { "\"a@home\" <a@x.com>" }, "x.com", NULL, true },
	{ { "\"Ann @ Work\" <a@x.com>" }, "x.com", NULL, true },
	{ { "Ann <a@x.com>, Bob <b@x.com>" }, "x.com", NULL, true },
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
	assert_int_equal(author_find(arena, &headers, row->plain_names,
		&author), 0);
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

/* Some MTAs hand "From : x" on as a field of the name "From ". */
static void
space_before_the_colon(void **state)
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct author author;

	(void)state;
	assert_int_equal(headers_add(&headers, arena, STR("FROM \t"),
		STR("a@x.com")), 0);
	assert_int_equal(author_find(arena, &headers, false, &author), 0);
	assert_str(author.domain, "x.com");
	assert_int_equal(headers_add(&headers, arena, STR("From"),
		STR("a@x.com")), 0);
	assert_int_equal(author_find(arena, &headers, false, &author), 0);
	assert_str(author.problem, "several From fields");
	arena_free(arena);
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
	assert_int_equal(author_find(arena, &headers, false, &author), 0);
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
	assert_int_equal(author_find(arena, &headers, false, &author), 0);
	assert_str(author.problem, "too many addresses in From");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_and_domains),
		cmocka_unit_test(space_before_the_colon),
		cmocka_unit_test(long_domains),
		cmocka_unit_test(too_many_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
