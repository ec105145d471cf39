/* The From field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "mail/address.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct str
of(const char *s)
{
	return str_of(s);
}

struct from_row {
	const char *value;
	const char *boxes; /* "local@domain" joined by "|"; NULL: ERR_SYNTAX */
};

static const struct from_row from_rows[] = {
	/* The plain forms. */
	{ "a@x.com", "a@x.com" },
	{ " a@x.com", "a@x.com" },
	{ "<a@x.com>", "a@x.com" },
	{ "Ann <a@x.com>", "a@x.com" },
	{ "Ann B. Cee <a@x.com>", "a@x.com" },
	{ "Ann B.Cee<a@x.com>", "a@x.com" },
	{ "\"Cee, Ann\" <a@x.com>", "a@x.com" },
	{ "\"Ann\" Cee <a@x.com>", "a@x.com" },
	{ "\"Ann\"\"Cee\" <a@x.com>", "a@x.com" },
	{ "\"\" <a@x.com>", "a@x.com" },
	{ "first.last@x.com", "first.last@x.com" },
	{ "a+tag@x.com", "a+tag@x.com" },
	{ "!#$%&'*+-/=?^_`{|}~@x.com", "!#$%&'*+-/=?^_`{|}~@x.com" },
	{ "\"a b\"@x.com", "\"a b\"@x.com" },
	{ "\"a@y.com\"@x.com", "\"a@y.com\"@x.com" },
	{ "\"a\\\"b\"@x.com", "\"a\\\"b\"@x.com" },
	{ "a@[192.0.2.1]", "a@[192.0.2.1]" },
	{ "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]" },
	{ "a@X.Com", "a@X.Com" },
	{ "Ann\t<a@x.com>", "a@x.com" },
	/* Comments. */
	{ "a@x.com (Ann)", "a@x.com" },
	{ "(Ann) a@x.com", "a@x.com" },
	{ "(b@y.com) a@x.com", "a@x.com" },
	{ "a@x.com (Ann (of (x)))", "a@x.com" },
	{ "a@x.com (\\))", "a@x.com" },
	{ "a@x.com (\")", "a@x.com" },
	{ "Ann (c) <a@x.com> (d)", "a@x.com" },
	{ "<(c)a(c)@(c)x.com(c)>", "a@x.com" },
	{ "a(c)@(c)x.com(c)", "a@x.com" },
	{ "a@x.com(>b@y.com)", "a@x.com" },
	/* Folds. */
	{ "Ann\n <a@x.com>", "a@x.com" },
	{ "Ann\r\n <a@x.com>", "a@x.com" },
	{ "\n a@x.com", "a@x.com" },
	{ "a@x.com\n\t", "a@x.com" },
	{ "a@x.com\n \n ", "a@x.com" },
	{ "\"Ann\n Cee\" <a@x.com>", "a@x.com" },
	{ "\"a\r\n b\"@x.com", "\"a b\"@x.com" },
	{ "a@x.com (Ann\n Cee)", "a@x.com" },
	{ "a\n @\n x.com", "a@x.com" },
	/* Lists. */
	{ "a@x.com, b@y.com", "a@x.com|b@y.com" },
	{ "Ann <a@x.com>, Bob <b@y.com>", "a@x.com|b@y.com" },
	{ "a@x.com,b@x.com,c@x.com", "a@x.com|b@x.com|c@x.com" },
	{ "a@x.com,", "a@x.com" },
	{ ",a@x.com", "a@x.com" },
	{ ",, a@x.com ,(c), ,b@x.com,,", "a@x.com|b@x.com" },
	/* Groups (RFC 6854). */
	{ "Team: a@x.com, Bob <b@x.com>;", "a@x.com|b@x.com" },
	{ "\"The Team\" (c): a@x.com;", "a@x.com" },
	{ "Team: a@x.com,,;", "a@x.com" },
	{ "Team: a@x.com; , c@y.com", "a@x.com|c@y.com" },
	{ "c@y.com, Team:a@x.com;(c)", "c@y.com|a@x.com" },
	{ "Nobody:;", "" },
	{ "Nobody: (c) ;", "" },
	{ "A:a@x.com;,B:b@x.com;", "a@x.com|b@x.com" },
	/* The rest of the obsolete syntax. */
	{ "a . b @ x.com", "a.b@x.com" },
	{ "\"a\".b.\"c\"@x.com", "\"a\".b.\"c\"@x.com" },
	{ "<@x.com,@X.com:a@x.com>", "a@x.com" },
	{ "Ann <@x.com:a@x.com>", "a@x.com" },
	{ "<,@[192.0.2.1], ,@[192.0.2.1] : a@[192.0.2.1]>",
		"a@[192.0.2.1]" },
	{ "Dr. A. N. N. <a@x.com>", "a@x.com" },
	/* Encoded words stay what they are, and only in display names. */
	{ "=?utf-8?Q?Ann?= <a@x.com>", "a@x.com" },
	{ "=?utf-8?Q?b=40y.com_=3Cb=40y.com=3E?= <a@x.com>", "a@x.com" },
	{ "=?utf-8?B?YkB5LmNvbQ==?= =?utf-8?Q?=00?= <a@x.com>", "a@x.com" },
	{ "\"=?utf-8?Q?b=40y.com?=\" <a@x.com>", "a@x.com" },
	{ "=?utf-8?Q?b=40y.com?=@x.com", NULL },
	{ "<=?utf-8?Q?b=40y.com=00?=@x.com>", NULL },
	{ "\"=?utf-8?Q?b=40y.com?=\"@x.com", NULL },
	{ "a=?b@x.com", "a=?b@x.com" },
	/* 8-bit text (RFC 6532). */
	{ "J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc" "cher.example>",
		"j\xc3\xb6rg@b\xc3\xbc" "cher.example" },
	{ "J\xf6rg <a@x.com>", "a@x.com" },
	{ "a@x\xe3\x80\x82" "com", "a@x\xe3\x80\x82" "com" },
	/* Mistakes that no reader takes for another domain. */
	{ "a..b@x.com", "a..b@x.com" },
	{ "a.@x.com", "a.@x.com" },
	{ ".a@x.com", ".a@x.com" },
	{ "a@x.com.", "a@x.com." },
	{ "[List] Ann <a@x.com>", "a@x.com" },
	{ "Ann [a] <a@x.com>", "a@x.com" },
	{ "a@x.com <a@x.com>", "a@x.com" },
	{ "b@x.com <a@X.COM>", "a@X.COM" },
	{ "Ann b@x.com(c) <a@x.com>", "a@x.com" },
	/* Two addresses where one belongs. */
	{ "a@x.com <b@y.com>", NULL },
	{ "a@x.com. <b@y.com>", NULL },
	{ "a@y.com a@x.com <b@y.com>", NULL },
	{ "[a@x.com] <b@y.com>", NULL },
	{ "\"a\"@x.com <b@y.com>", NULL },
	{ "<a@x>@y", NULL },
	{ "<@y.com:a@x.com>", NULL },
	{ "a@x.com Ann <a@x.com>", NULL },
	{ "a@x.com \"Ann\" <a@x.com>", NULL },
	{ "Ann b@x.com c@x.com <a@x.com>", NULL },
	/* Angle brackets where some readers do not expect a comment. */
	{ "a@x.com (<b@y.com>)", NULL },
	{ "(<b@y.com>) a@x.com", NULL },
	{ "Ann (<) <a@x.com>", NULL },
	{ "a@x.com (x (<b@y.com>))", NULL },
	{ "<@x.com,@y.com:a@x.com>", NULL },
	{ "<@y.com,@x.com:a@x.com>", NULL },
	{ "a@y.com <@y.com:a@x.com>", NULL },
	{ "<a@x.com> <b@y.com>", NULL },
	{ "<a@x.com>, b@y.com <c@z.com>", NULL },
	{ "<a@x.com> b@y.com", NULL },
	{ "<a@x.com> Ann", NULL },
	{ "a@x.com b@y.com", NULL },
	{ "a@x.com; b@y.com", NULL },
	{ "a@x.com@y.com", NULL },
	{ "<a@x.com@y.com>", NULL },
	{ "<a@x.com,b@y.com>", NULL },
	{ "<<a@x.com>>", NULL },
	{ "<a@x.com <b@y.com>>", NULL },
	{ "Ann \"b@y.com\" a@x.com", NULL },
	{ "a b@x.com", NULL },
	{ "\"a\"b@x.com", NULL },
	/* No address. */
	{ "", NULL },
	{ " ", NULL },
	{ ",", NULL },
	{ "(c)", NULL },
	{ "root", NULL },
	{ "Ann Cee", NULL },
	{ "\"Ann\"", NULL },
	{ "Cee, Ann <a@x.com>", NULL },
	{ "<>", NULL },
	{ "Ann <>", NULL },
	{ "<root>", NULL },
	{ "@x.com", NULL },
	{ "<@x.com>", NULL },
	{ "<@r.com:>", NULL },
	{ "<@r.com a@x.com>", NULL },
	{ "a@", NULL },
	{ "<a@>", NULL },
	{ ".@", NULL },
	{ ".@x.com", NULL },
	{ ".", NULL },
	{ "a@.x.com", NULL },
	{ "a@x.com. y.com", NULL },
	{ "a@x.com .y.com", NULL },
	{ "<a@x.com.\n y.com>", NULL },
	{ "a@x.(c)com", NULL },
	{ "a@x(c).com", NULL },
	{ "a@[::1]x.com", NULL },
	{ "a@x..com", NULL },
	{ "a@\"x.com\"", NULL },
	{ "[List]", NULL },
	/* What is opened must be closed. */
	{ "Ann <a@x.com", NULL },
	{ "Ann a@x.com>", NULL },
	{ "\"Ann <a@x.com>", NULL },
	{ "Ann\" <a@x.com>", NULL },
	{ "a@x.com (Ann", NULL },
	{ "a@x.com (Ann (x)", NULL },
	{ "a@x.com Ann)", NULL },
	{ "a@[192.0.2.1", NULL },
	{ "\"Ann\\", NULL },
	{ "(\\", NULL },
	{ "Team: a@x.com", NULL },
	{ "a@x.com;", NULL },
	{ "Team: a@x.com; b@y.com", NULL },
	{ "Team: Sub: a@x.com;;", NULL },
	{ "Team: Sub: a@x.com;", NULL },
	{ ": a@x.com;", NULL },
	{ "b@y.com: a@x.com;", NULL },
	{ "[x]: a@x.com;", NULL },
	/* Bytes that have no place. */
	{ "Ann\\ <a@x.com>", NULL },
	{ "A\001nn <a@x.com>", NULL },
	{ "\"A\033nn\" <a@x.com>", NULL },
	{ "(A\177nn) a@x.com", NULL },
	{ "\"A\\\001\" <a@x.com>", NULL },
	{ "a@x.com\n", NULL },
	{ "a@x.com\nb@y.com", NULL },
	{ "Ann\r <a@x.com>", NULL },
	{ "a@x.com\n\nb@y.com", NULL },
};

static void
check_row(const struct from_row *row)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct authors authors;
	int err = address_authors(arena, of(row->value), &authors);
	struct str got;

	for (size_t i = 0; err == 0 && i < authors.count; i++) {
		sb_addz(&sb, i > 0 ? "|" : "");
		sb_add(&sb, authors.boxes[i].local);
		sb_addc(&sb, '@');
		sb_add(&sb, authors.boxes[i].domain);
	}
	got = sb_done(&sb);
	if (err != (row->boxes != NULL ? 0 : ERR_SYNTAX) ||
		(row->boxes != NULL && !str_eq(got, of(row->boxes))))
		fail_msg("%s: %s, %s", row->value, err_text(err), got.p);
	arena_free(arena);
}

static void
from_table(void **state)
{
	(void)state;
	assert_true(COUNT(from_rows) >= 80);
	for (size_t i = 0; i < COUNT(from_rows); i++)
		check_row(&from_rows[i]);
}

static void
nul_is_refused(void **state)
{
	static const struct str values[] = {
		STR("a@x.com\0"), STR("a\0@x.com"), STR("\0 <a@x.com>"),
		STR("\"\0\" <a@x.com>"), STR("(\0) a@x.com"),
		STR("a@x.com\0, b@y.com"), STR("\"\\\0\" <a@x.com>"),
		STR("a@[\0]"),
	};
	struct arena *arena = arena_new(0);
	struct authors authors;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++)
		assert_int_equal(address_authors(arena, values[i], &authors),
			ERR_SYNTAX);
	arena_free(arena);
}

static int
many(struct arena *arena, size_t count, struct authors *ret)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < count; i++)
		sb_addf(&sb, "%s\"N, %zu\" <a%zu@x%zu.com>",
			i > 0 ? ",\n " : "", i, i, i);
	return address_authors(arena, sb_done(&sb), ret);
}

static void
many_addresses(void **state)
{
	struct arena *arena = arena_new(0);
	struct authors authors;

	(void)state;
	assert_int_equal(many(arena, 200, &authors), 0);
	assert_int_equal(authors.count, 200);
	assert_true(str_eq(authors.boxes[199].domain, of("x199.com")));
	assert_int_equal(many(arena, AUTHORS_MAX, &authors), 0);
	assert_int_equal(authors.count, 1000);
	assert_int_equal(many(arena, AUTHORS_MAX + 1, &authors), ERR_LIMIT);
	assert_int_equal(authors.count, 1000);
	arena_free(arena);
}

static void
authors_before_the_error_are_kept(void **state)
{
	struct arena *arena = arena_new(0);
	struct authors authors;

	(void)state;
	assert_int_equal(address_authors(arena, of("a@x.com, b@y.com, Ann"),
		&authors), ERR_SYNTAX);
	assert_int_equal(authors.count, 2);
	arena_free(arena);
}

/* Text of which each byte could make a parser look at all the others. */
static void
time_is_linear(void **state)
{
	static const char *const units[] = { "(", "\"", "a ", "a@x ", ",", "<",
		"[", ".", "a:", "\\", "=?", "a.", "\n ", "()", "a@x,", "a:;," };
	struct arena *arena;
	struct authors authors;
	struct strbuf sb;
	clock_t begin = clock();

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		arena = arena_new(0);
		sb = sb_new(arena);
		while (sb.n < 1000000)
			sb_addz(&sb, units[i]);
		(void)!address_authors(arena, sb_done(&sb), &authors);
		assert_true(arena_used(arena) < 40 * 1000 * 1000);
		arena_free(arena);
	}
	assert_true((clock() - begin) / CLOCKS_PER_SEC < 5);
}

static void
out_of_memory(void **state)
{
	int err = ERR_NOMEM;
	size_t limit = 1;

	(void)state;
	for (; err == ERR_NOMEM; limit += 16) {
		struct arena *arena = arena_new(limit);
		struct authors authors;

		err = address_authors(arena, of("Ann <a@x.com>, \"b c\"@y.com,"
			"G: c@z.com, <@x.com:d@x.com>, e@[::1];"), &authors);
		arena_free(arena);
	}
	assert_int_equal(err, 0);
	assert_true(limit > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_table),
		cmocka_unit_test(nul_is_refused),
		cmocka_unit_test(many_addresses),
		cmocka_unit_test(authors_before_the_error_are_kept),
		cmocka_unit_test(time_is_linear),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
