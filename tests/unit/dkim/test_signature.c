#include "dkim/signature.h"
#include "unit/dkim/support.h"

enum { NOW = 1700000000 };

static const char *const REST =
	"d=Example.COM; s=S1; h=from:to; bh=AAAA; b=AB CD\n\tEFGHIJKL";

struct row {
	const char *text;
	enum auth_result result;
	const char *reason;
};

#define HEAD "v=1; a=rsa-sha256; d=x.example; s=s; bh=AAAA; b=AAAA; "
#define H "h=From; "

static const struct row rows[] = {
	{ HEAD H, AUTH_NONE, NULL },
	{ HEAD H "c=relaxed", AUTH_NONE, NULL },
	{ HEAD H "c=simple/relaxed", AUTH_NONE, NULL },
	{ HEAD H "q=dns/txt", AUTH_NONE, NULL },
	{ HEAD H "q=other:dns/txt", AUTH_NONE, NULL },
	{ HEAD H "i=@x.example", AUTH_NONE, NULL },
	{ HEAD H "i=a@b.X.example", AUTH_NONE, NULL },
	{ HEAD H "i=\"a@b\"@x.example", AUTH_NONE, NULL },
	{ HEAD H "t=1700000200", AUTH_NONE, NULL },
	{ HEAD H "x=1699999800", AUTH_NONE, NULL },
	{ HEAD H "unknown=fine", AUTH_NONE, NULL },
	{ HEAD "h=to : FROM\n\t:subject", AUTH_NONE, NULL },
	{ "", AUTH_PERMERROR, "no v= tag" },
	{ "nonsense", AUTH_PERMERROR, "malformed signature" },
	{ HEAD H "v=1", AUTH_PERMERROR, "malformed signature" },
	{ HEAD H "c=\x01", AUTH_PERMERROR, "malformed signature" },
	{ HEAD H "x=\xc3\xa4", AUTH_PERMERROR, "x= is not a time" },
	{ HEAD H "n=\xc3\xa4", AUTH_NONE, NULL },
	{ HEAD H "i=\xc3\xa4@x.example", AUTH_NONE, NULL },
	{ HEAD H "i=@\xc3\xa4.x.example", AUTH_NONE, NULL },
	{ HEAD H "i=@\xc3\xa4.example", AUTH_PERMERROR,
		"i= is not within d=" },
	{ HEAD H "i=@\xff.x.example", AUTH_PERMERROR,
		"i= is not an identity" },
	{ HEAD, AUTH_PERMERROR, "no h= tag" },
	{ HEAD "h=", AUTH_PERMERROR, "no h= tag" },
	{ HEAD "h=to:subject", AUTH_PERMERROR, "From is not signed" },
	{ HEAD "h=from-x", AUTH_PERMERROR, "From is not signed" },
	{ HEAD "h=from::to", AUTH_PERMERROR,
		"h= is not a list of field names" },
	{ HEAD H "c=strict", AUTH_PERMERROR, "unknown canonicalization" },
	{ HEAD H "c=simple/", AUTH_PERMERROR, "unknown canonicalization" },
	{ HEAD H "q=http", AUTH_PERMERROR, "unknown query method" },
	{ HEAD H "i=x.example", AUTH_PERMERROR, "i= is not an identity" },
	{ HEAD H "i=a@", AUTH_PERMERROR, "i= is not an identity" },
	{ HEAD H "i=a@example", AUTH_PERMERROR, "i= is not within d=" },
	{ HEAD H "i=a@evilx.example", AUTH_PERMERROR, "i= is not within d=" },
	{ HEAD H "l=-1", AUTH_PERMERROR, "l= is not a body length" },
	{ HEAD H "l=1x", AUTH_PERMERROR, "l= is not a body length" },
	{ HEAD H "l=", AUTH_PERMERROR, "l= is not a body length" },
	{ HEAD H "l=99999999999999999999", AUTH_PERMERROR,
		"l= is not a body length" },
	{ HEAD H "t=x", AUTH_PERMERROR, "t= is not a time" },
	{ HEAD H "x=", AUTH_PERMERROR, "x= is not a time" },
	{ HEAD H "t=1700000001; x=1700000000", AUTH_PERMERROR,
		"x= is not after t=" },
	{ HEAD H "t=1700000000; x=1700000000", AUTH_PERMERROR,
		"x= is not after t=" },
	{ HEAD H "x=1699999000", AUTH_FAIL, "signature expired" },
	{ HEAD H "t=1700001000", AUTH_FAIL, "signed in the future" },
	{ "v=2; a=rsa-sha256; d=x.example; s=s; h=From; bh=AAAA; b=AAAA",
		AUTH_PERMERROR, "unknown version" },
	{ "v=1; a=rsa-sha1; d=x.example; s=s; h=From; bh=AAAA; b=AAAA",
		AUTH_PERMERROR, "rsa-sha1 is not accepted" },
	{ "v=1; a=rsa-md5; d=x.example; s=s; h=From; bh=AAAA; b=AAAA",
		AUTH_PERMERROR, "unknown algorithm" },
	{ "v=1; a=rsa-sha256; d=x..example; s=s; h=From; bh=AAAA; b=AAAA",
		AUTH_PERMERROR, "d= is not a domain name" },
	{ "v=1; a=rsa-sha256; d=x.example; s=s/t; h=From; bh=AAAA; b=AAAA",
		AUTH_PERMERROR, "s= is not a selector" },
	{ "v=1; a=rsa-sha256; d=x.example; s=s; h=From; bh=AAAA; b=*",
		AUTH_PERMERROR, "b= is not base64" },
	{ "v=1; a=rsa-sha256; d=x.example; s=s; h=From; bh=?; b=AAAA",
		AUTH_PERMERROR, "bh= is not base64" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct signature sig;

		assert_int_equal(0, signature_parse(arena,
			str_of(rows[i].text), NOW, &sig));
		if (sig.result != rows[i].result)
			print_error("%s\n", rows[i].text);
		assert_int_equal(rows[i].result, sig.result);
		assert_str(str_of(sig.reason),
			rows[i].reason != NULL ? rows[i].reason : "");
		arena_free(arena);
	}
}

static void
test_values(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct signature sig;

	(void)state;
	sb_addf(&sb, " v=1; a=ed25519-sha256; c=relaxed/relaxed; l=77; %s",
		REST);
	assert_int_equal(0, signature_parse(arena, sb_done(&sb), NOW, &sig));
	assert_int_equal(AUTH_NONE, sig.result);
	assert_str(sig.domain, "example.com");
	assert_str(sig.selector, "s1");
	assert_str(sig.identity, "");
	assert_str(sig.identity_domain, "example.com");
	assert_str(sig.algorithm, "ed25519-sha256");
	assert_str(sig.b, "ABCDEFGH");
	assert_int_equal(SIG_ED25519, sig.key);
	assert_true(sig.relaxed_header);
	assert_true(sig.relaxed_body);
	assert_true(sig.has_limit);
	assert_int_equal(77, sig.limit);
	assert_int_equal(2, sig.name_count);
	assert_int_equal(1, signature_covers(&sig, STR("FROM")));
	assert_int_equal(0, signature_covers(&sig, STR("Subject")));
	arena_free(arena);
}

/* RFC 8616 section 4: U-labels, told as A-labels. */
static void
test_internationalized(void **state)
{
	struct arena *arena = arena_new(0);
	struct signature sig;

	(void)state;
	assert_int_equal(0, signature_parse(arena,
		STR("v=1; a=rsa-sha256; d=B\xc3\x9c" "cher.example; s=\xc3\xa4;"
		    " i=\xc3\xb6@a.b\xc3\xbc" "cher.example; h=From; bh=AAAA;"
		    " b=AAAA"),
		NOW, &sig));
	assert_int_equal(AUTH_NONE, sig.result);
	assert_str(sig.domain, "xn--bcher-kva.example");
	assert_str(sig.selector, "xn--4ca");
	assert_str(sig.identity, "@a.xn--bcher-kva.example");
	assert_str(sig.identity_domain, "a.xn--bcher-kva.example");
	arena_free(arena);
}

/* Of a malformed one is shown what is fit to be shown. */
static void
test_shown(void **state)
{
	struct arena *arena = arena_new(0);
	struct signature sig;

	(void)state;
	assert_int_equal(0, signature_parse(arena,
		STR("oops; d=A.example; s=bad/one; a=x y; i=a b; b=?"), NOW,
		&sig));
	assert_int_equal(AUTH_PERMERROR, sig.result);
	assert_str(sig.domain, "a.example");
	assert_str(sig.selector, "");
	assert_str(sig.algorithm, "");
	assert_str(sig.identity, "");
	assert_str(sig.b, "");
	arena_free(arena);
}

static void
test_limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct signature sig;

	(void)state;
	sb_addz(&sb, HEAD "h=From");
	for (int i = 0; i < SIG_NAMES_MAX; i++)
		sb_addz(&sb, ":x");
	assert_int_equal(0, signature_parse(arena, sb_done(&sb), NOW, &sig));
	assert_str(str_of(sig.reason), "h= is too long");
	for (int i = 0; i < 100000; i++)
		sb_addz(&sb, "; ");
	assert_int_equal(0, signature_parse(arena, sb_done(&sb), NOW, &sig));
	assert_str(str_of(sig.reason), "signature field too long");
	arena_free(arena);
}

static void
test_nomem(void **state)
{
	int r = ERR_NOMEM;

	(void)state;
	for (size_t limit = 1; r < 0; limit += 16) {
		struct arena *arena = arena_new(limit);
		struct signature sig;

		r = signature_parse(arena, STR(HEAD H), NOW, &sig);
		assert_true(r == 0 || r == ERR_NOMEM);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_internationalized),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_nomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
