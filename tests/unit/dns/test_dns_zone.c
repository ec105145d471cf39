#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/dns.h"

static const char zone_text[] =
	"; a comment, and before any $ORIGIN names are absolute\n"
	"absolute.example 60 IN A 192.0.2.9\n"
	"$ORIGIN Example.\n"
	"$TTL 1h\n"
	"@ IN MX 20 mail2\n"
	"  MX 10 Mail.Example. ; the owner is the one above\n"
	"  MX 0 .\n"
	"  TXT \"v=spf1 -all\" ; a second type\n"
	"a A 192.0.2.1\r\n"
	"  120 IN A 192.0.2.2\n"
	"  AAAA 2001:db8::1\n"
	"zero A 192.0.2.1\n"
	"deep.in.here A 192.0.2.1\n"
	"txt TXT \"one; \" \"two (\" three\n"
	"esc TXT \"a\\\"b\\;c\\000\\255d\"\n"
	"empty TXT \"\"\n"
	"multi TXT ( \"first \" ; with a comment\n"
	"  ; fault multi SERVFAIL is none in here\n"
	"  \"second\" )\n"
	"two TXT \"x\"\ntwo TXT \"y\"\n"
	"ODD\\032\\000x A 192.0.2.3\n"
	"*.wild A 192.0.2.4\n"
	"sub.wild TXT \"t\"\n"
	"below.ent.wild TXT \"t\"\n"
	"alias CNAME a\n"
	"alias2 CNAME alias\n"
	"out CNAME absolute.example.\n"
	"dangling CNAME nowhere\n"
	"loop1 CNAME loop2\nloop2 CNAME loop1\n"
	"*.cname CNAME a\n"
	"$ORIGIN sub\n"
	"rel A 192.0.2.5\n"
	"$ORIGIN 2.0.192.in-addr.arpa.\n"
	"1 PTR A.Example.\n"
	"; fault broken.example. SERVFAIL\n"
	"; fault 99 REFUSED\n"
	";fault mute.example. TIMEOUT\n"
	"; fault *.fw.example. SERVFAIL\n"
	"; faulty lines are other comments\n"
	"$ORIGIN example.\n"
	"tomute CNAME mute\n"
	"tobroken CNAME broken\n"
	"$TTL 0\n"
	"now A 192.0.2.6\n"
	"other TYPE65280 \\# 4 0a000001\n"
	"gen TYPE1 \\# 4 0a000001\n"
	"ns NS a\n";

static const struct {
	struct str name;
	enum dns_type type;
	enum dns_status status;
	size_t count;
	struct str first, last;
	uint32_t ttl;
} cases[] = {
	{ STR("absolute.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\x09"),
		STR("\xc0\0\2\x09"), 60 },
	{ STR("a.example"), DNS_A, DNS_FOUND, 2, STR("\xc0\0\2\1"),
		STR("\xc0\0\2\2"), 120 },
	{ STR("A.EXAMPLE."), DNS_A, DNS_FOUND, 2, STR("\xc0\0\2\1"),
		STR("\xc0\0\2\2"), 120 },
	{ STR("a.example"), DNS_AAAA, DNS_FOUND, 1,
		STR("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		STR("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), 3600 },
	{ STR("a.example"), DNS_TXT, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("example"), DNS_MX, DNS_FOUND, 3, STR("mail2.example"), STR(""),
		3600 },
	{ STR("example"), DNS_TXT, DNS_FOUND, 1, STR("v=spf1 -all"),
		STR("v=spf1 -all"), 3600 },
	{ STR("nothing.example"), DNS_A, DNS_NXDOMAIN, 0, STR(""), STR(""),
		60 },
	{ STR("below.a.example"), DNS_A, DNS_NXDOMAIN, 0, STR(""), STR(""),
		60 },
	{ STR("elsewhere"), DNS_A, DNS_NXDOMAIN, 0, STR(""), STR(""), 60 },
	{ STR("in.here.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("here.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("txt.example"), DNS_TXT, DNS_FOUND, 1, STR("one; two (three"),
		STR("one; two (three"), 3600 },
	{ STR("esc.example"), DNS_TXT, DNS_FOUND, 1, STR("a\"b;c\0\xff" "d"),
		STR("a\"b;c\0\xff" "d"), 3600 },
	{ STR("empty.example"), DNS_TXT, DNS_FOUND, 1, STR(""), STR(""),
		3600 },
	{ STR("multi.example"), DNS_TXT, DNS_FOUND, 1, STR("first second"),
		STR("first second"), 3600 },
	{ STR("two.example"), DNS_TXT, DNS_FOUND, 2, STR("x"), STR("y"),
		3600 },
	{ STR("odd \0X.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\3"),
		STR("\xc0\0\2\3"), 3600 },
	{ STR("any.wild.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\4"),
		STR("\xc0\0\2\4"), 3600 },
	{ STR("x.y.wild.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\4"),
		STR("\xc0\0\2\4"), 3600 },
	{ STR("any.wild.example"), DNS_TXT, DNS_NODATA, 0, STR(""), STR(""),
		60 },
	{ STR("sub.wild.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""),
		60 },
	{ STR("x.sub.wild.example"), DNS_A, DNS_NXDOMAIN, 0, STR(""),
		STR(""), 60 },
	{ STR("ent.wild.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""),
		60 },
	{ STR("x.ent.wild.example"), DNS_A, DNS_NXDOMAIN, 0, STR(""),
		STR(""), 60 },
	{ STR("wild.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("*.wild.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\4"),
		STR("\xc0\0\2\4"), 3600 },
	{ STR("alias2.example"), DNS_A, DNS_FOUND, 2, STR("\xc0\0\2\1"),
		STR("\xc0\0\2\2"), 120 },
	{ STR("alias.example"), DNS_MX, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("out.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\x09"),
		STR("\xc0\0\2\x09"), 60 },
	{ STR("x.cname.example"), DNS_A, DNS_FOUND, 2, STR("\xc0\0\2\1"),
		STR("\xc0\0\2\2"), 120 },
	{ STR("dangling.example"), DNS_A, DNS_NXDOMAIN, 0, STR(""), STR(""),
		60 },
	{ STR("loop1.example"), DNS_A, DNS_FAILURE, 0, STR(""), STR(""), 0 },
	{ STR("rel.sub.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\5"),
		STR("\xc0\0\2\5"), 3600 },
	{ STR("1.2.0.192.in-addr.arpa"), DNS_PTR, DNS_FOUND, 1,
		STR("a.example"), STR("a.example"), 3600 },
	{ STR("broken.example"), DNS_TXT, DNS_FAILURE, 0, STR(""), STR(""),
		0 },
	{ STR("broken.example"), DNS_A, DNS_FAILURE, 0, STR(""), STR(""), 0 },
	{ STR("99.2.0.192.in-addr.arpa"), DNS_PTR, DNS_FAILURE, 0, STR(""),
		STR(""), 0 },
	{ STR("x.fw.example"), DNS_A, DNS_FAILURE, 0, STR(""), STR(""), 0 },
	{ STR("tobroken.example"), DNS_A, DNS_FAILURE, 0, STR(""), STR(""),
		0 },
	{ STR("mute.example"), DNS_A, DNS_TIMEOUT, 0, STR(""), STR(""), 0 },
	{ STR("tomute.example"), DNS_A, DNS_TIMEOUT, 0, STR(""), STR(""), 0 },
	{ STR("now.example"), DNS_A, DNS_FOUND, 1, STR("\xc0\0\2\6"),
		STR("\xc0\0\2\6"), 0 },
	{ STR("other.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("gen.example"), DNS_A, DNS_FOUND, 1, STR("\x0a\0\0\1"),
		STR("\x0a\0\0\1"), 0 },
	{ STR("ns.example"), DNS_A, DNS_NODATA, 0, STR(""), STR(""), 60 },
	{ STR("a..example"), DNS_A, DNS_BADNAME, 0, STR(""), STR(""), 0 },
};

static int
open_text(struct str text, struct dns **ret, unsigned *ret_line)
{
	char path[] = "/tmp/mailvet-zone-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
	rc = dns_open_zone(path, ret, ret_line);
	unlink(path);
	return rc;
}

static void
check(size_t i, const struct dns_answer *answer)
{
	if (answer->status != cases[i].status)
		print_error("%s %d: %s\n", cases[i].name.p, cases[i].type,
			dns_status_text(answer->status));
	assert_int_equal(answer->status, cases[i].status);
	assert_int_equal(answer->count, cases[i].count);
	assert_int_equal(answer->ttl, cases[i].ttl);
	assert_false(answer->secure);
	if (answer->count == 0)
		return;
	assert_true(str_eq(answer->records[0].data, cases[i].first));
	assert_true(str_eq(answer->records[answer->count - 1].data,
		cases[i].last));
}

static void
test_answers(void **state)
{
	struct dns *dns;
	unsigned line;

	(void)state;
	assert_int_equal(open_text(STR(zone_text), &dns, &line), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(0);
		struct dns_scope scope = { dns, arena, 10, 0, false };

		check(i, dns_lookup(&scope, cases[i].name, cases[i].type));
		arena_free(arena);
	}
	dns_close(dns);
}

static void
test_mx_txt_details(void **state)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { NULL, arena, 1000, 0, false };
	const struct dns_answer *answer;
	unsigned line;

	(void)state;
	assert_int_equal(open_text(STR(zone_text), &scope.dns, &line), 0);
	answer = dns_lookup(&scope, STR("example"), DNS_MX);
	assert_int_equal(answer->records[0].preference, 20);
	assert_int_equal(answer->records[1].preference, 10);
	assert_true(str_eq(answer->records[1].data, STR("mail.example")));
	answer = dns_lookup(&scope, STR("txt.example"), DNS_TXT);
	assert_int_equal(answer->records[0].strings, 3);
	arena_free(arena);
	dns_close(scope.dns);
}

static const struct {
	struct str text;
	unsigned line;
} errors[] = {
	{ STR("a.example. A 192.0.2.1\nb A 192.0.2\n"), 2 },
	{ STR("\n\n  A 192.0.2.1\n"), 3 },
	{ STR("a A\n"), 1 },
	{ STR("a TXT\n"), 1 },
	{ STR("a XYZ 1\n"), 1 },
	{ STR("a\n"), 1 },
	{ STR("a CH TXT \"x\"\n"), 1 },
	{ STR("a TXT \"x\n"), 1 },
	{ STR("a TXT (\"x\"\n\n"), 1 },
	{ STR("a A 192.0.2.1\n$INCLUDE other\n"), 2 },
	{ STR("$ORIGIN\n"), 1 },
	{ STR("$ORIGIN a b\n"), 1 },
	{ STR("$ORIGIN a..b.\n"), 1 },
	{ STR("$TTL soon\n"), 1 },
	{ STR("$TTL 4000000000\n"), 1 },
	{ STR("a\\.b A 192.0.2.1\n"), 1 },
	{ STR("a PTR b\\.c.\n"), 1 },
	{ STR("; fine\n; fault a.example. SERVFIAL\n"), 2 },
	{ STR("; fault a.example.\n"), 1 },
	{ STR("; fault a.example. TIMEOUT really\n"), 1 },
	{ STR("; fault a..example. TIMEOUT\n"), 1 },
};

static void
test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct dns *dns = NULL;
		unsigned line = 99;
		int rc = open_text(errors[i].text, &dns, &line);

		if (rc != ERR_SYNTAX)
			print_error("%s: %d\n", errors[i].text.p, rc);
		assert_int_equal(rc, ERR_SYNTAX);
		assert_int_equal(line, errors[i].line);
		assert_null(dns);
	}
}

static void
test_files(void **state)
{
	struct dns *dns = NULL;
	unsigned line;

	(void)state;
	assert_int_equal(dns_open_zone("/nonexistent", &dns, &line), ERR_IO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(dns_open_zone("/", &dns, &line), ERR_NOT_FILE);
	assert_int_equal(dns_open_zone("/dev/zero", &dns, &line),
		ERR_NOT_FILE);
	assert_null(dns);
	assert_int_equal(open_text(STR(""), &dns, &line), 0);
	dns_close(dns);
}

/* 12000 bytes of TXT in one line: more than ldns reads from a file. */
static void
test_long_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { NULL, arena, 1000, 0, false };
	char *text = arena_alloc(arena, 20000), *p = text;
	const struct dns_answer *answer;
	unsigned line;

	(void)state;
	p += sprintf(p, "long TXT");
	for (int i = 0; i < 60; i++)
		p += sprintf(p, " \"%0200d\"", i);
	assert_int_equal(open_text(str_of(text), &scope.dns, &line), 0);
	answer = dns_lookup(&scope, STR("long"), DNS_TXT);
	assert_int_equal(answer->status, DNS_FOUND);
	assert_int_equal(answer->records[0].data.n, 12000);
	assert_int_equal(answer->records[0].strings, 60);
	arena_free(arena);
	dns_close(scope.dns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_mx_txt_details),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
