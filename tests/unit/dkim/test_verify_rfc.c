/*
 * The examples of the RFCs.
 */
#include "unit/dkim/signed.h"

/* RFC 6376 appendix A.2, with errata 3192 and 4926; its key is in A.3. */
static const char example_6376[] =
	"DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
	"      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
	"      h=Received : From : To : Subject : Date : Message-ID;\r\n"
	"      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	"      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
	"      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
	"      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
	"      4bmp/YzhwvcubU4=;\r\n"
	"Received: from client1.football.example.com  [192.0.2.1]\r\n"
	"      by submitserver.example.com with SUBMISSION;\r\n"
	"      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
	"From: Joe SixPack <joe@football.example.com>\r\n"
	"To: Suzie Q <suzie@shopping.example.net>\r\n"
	"Subject: Is dinner ready?\r\n"
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
	"\r\n"
	"Hi.\r\n"
	"\r\n"
	"We lost the game. Are you hungry yet?\r\n"
	"\r\n"
	"Joe.\r\n";

/* RFC 8463 appendix A.3; its keys are in A.2. */
static const char example_8463[] =
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	" d=football.example.com; i=@football.example.com;\r\n"
	" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
	" subject : date : message-id : from : subject : date;\r\n"
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
	" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
	" d=football.example.com; i=@football.example.com;\r\n"
	" q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
	" date : message-id : from : subject : date;\r\n"
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	" b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
	" DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
	" dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
	"From: Joe SixPack <joe@football.example.com>\r\n"
	"To: Suzie Q <suzie@shopping.example.net>\r\n"
	"Subject: Is dinner ready?\r\n"
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
	"\r\n"
	"Hi.\r\n"
	"\r\n"
	"We lost the game.  Are you hungry yet?\r\n"
	"\r\n"
	"Joe.\r\n";

static const char zone[] =
	"brisbane._domainkey.example.com. TXT (\"v=DKIM1;"
	" p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ\"\n"
	" \"KBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt\"\n"
	" \"IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v\"\n"
	" \"/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi\"\n"
	" \"tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB\")\n"
	"brisbane._domainkey.football.example.com. TXT ("
	"\"v=DKIM1; k=ed25519; "
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\")\n"
	"test._domainkey.football.example.com. TXT ("
	"\"v=DKIM1; k=rsa; "
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\""
	" \"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/"
	"byYzCNb3W91y3FutAC\""
	" \"DfzwQ/BC/e/"
	"8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\""
	" \"Ip3G+2kryOTIKT+l/K4w3QIDAQAB\")\n";

static struct dns *dns;

static int
setup(void **state)
{
	char path[64];
	FILE *f = test_file(path);

	fputs(zone, f);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	return signed_setup(state);
}

static int
teardown(void **state)
{
	dns_close(dns);
	return signed_teardown(state);
}

static struct dkim_results
verify(struct arena *arena, struct str text)
{
	return verify_message(arena, &world.options, dns, text, 11);
}

static void
test_rfc6376(void **state)
{
	struct arena *arena = arena_new(0);
	struct str text = str_of(example_6376);
	struct dkim_results r = verify(arena, text);

	(void)state;
	assert_int_equal(1, r.count);
	assert_int_equal(AUTH_PASS, r.sigs[0].result);
	assert_str(r.sigs[0].domain, "example.com");
	assert_str(r.sigs[0].selector, "brisbane");
	assert_str(r.sigs[0].identity, "joe@football.example.com");
	assert_str(r.sigs[0].algorithm, "rsa-sha256");
	assert_str(r.sigs[0].b, "AuUoFEfD");
	assert_int_equal(1024, r.sigs[0].key_bits);
	/* As it was printed, before the errata. */
	text = with_text(arena, text, " Are you", " ");
	assert_int_equal(AUTH_FAIL, verify(arena, text).sigs[0].result);
	arena_free(arena);
}

static void
test_rfc8463(void **state)
{
	static const char *const breaks[][2] = { { "Joe.", "x" },
		{ "dinner", "x" }, { "DKIM", "Subject: x\r\n" },
		{ "DKIM", "Date: x\r\n" } };
	struct arena *arena = arena_new(0);
	struct str text = str_of(example_8463);
	struct dkim_results r = verify(arena, text);

	(void)state;
	assert_int_equal(2, r.count);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(AUTH_PASS, r.sigs[i].result);
		assert_str(r.sigs[i].domain, "football.example.com");
		assert_str(r.sigs[i].identity, "@football.example.com");
	}
	assert_str(r.sigs[0].algorithm, "ed25519-sha256");
	assert_str(r.sigs[1].algorithm, "rsa-sha256");
	/* Relaxed: white space may change; a second Subject may not come. */
	r = verify(arena, with_text(arena, text, " ready?", "\r\n\t"));
	assert_int_equal(AUTH_PASS, r.sigs[0].result);
	assert_int_equal(AUTH_PASS, r.sigs[1].result);
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		r = verify(arena,
			with_text(arena, text, breaks[i][0], breaks[i][1]));
		assert_int_equal(AUTH_FAIL, r.sigs[0].result);
		assert_int_equal(AUTH_FAIL, r.sigs[1].result);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc6376),
		cmocka_unit_test(test_rfc8463),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
