#include "unit/base/check.h"

#include "mail/authres.h"

#define ALL (AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC)

static struct dkim_result signatures[] = {
	{ .result = AUTH_PASS, .domain = STR("a.example"),
		.selector = STR("s1"), .identity = STR("@a.example"),
		.algorithm = STR("rsa-sha256"), .b = STR("aB3/+z=="),
		.key_bits = 2048, .dnssec = true },
	{ .result = AUTH_FAIL, .domain = STR("b.example"),
		.selector = STR("s2"), .algorithm = STR("ed25519-sha256"),
		.b = STR("01234567"), .reason = STR("bad \"signature\""),
		.key_bits = 256, .partial_body = true,
		.discounted = true, .test = true },
};

static const struct results whole = {
	.spf = { .known = true, .helo_known = true, .mail_from = AUTH_SOFTFAIL,
		.helo = AUTH_PASS, .mail_from_address = STR("u@s.example"),
		.mail_from_domain = STR("s.example"),
		.helo_name = STR("h.example"), .reason = STR("no such") },
	.dkim = { .known = true, .sigs = signatures, .count = 2 },
	.dmarc = { .known = true, .result = AUTH_FAIL,
		.author_domain = STR("f.example"), .has_policy = true,
		.policy = DMARC_POLICY_REJECT,
		.applied = DMARC_POLICY_QUARANTINE },
};

static struct str
written(struct arena *arena, const struct results *results, unsigned parts)
{
	struct fold fold =
		authres_write(arena, STR("mx.example"), results, parts);

	return fold_done(&fold);
}

/* ---- writing ------------------------------------------------------------ */

#define SPF_TEXT "\n\tspf=softfail reason=\"no such\" smtp.mailfrom=u@s.example"

static void
writes_parts(void **state)
{
	struct arena *arena = arena_new(0);
	const struct results nothing = { 0 };
	struct results no_signature = { .dkim = { .known = true } };
	struct dkim_result sigs[] = {
		{ .result = AUTH_PASS, .key_bits = 2048, .dnssec = true },
		{ .result = AUTH_FAIL, .key_bits = 2048 },
		{ .result = AUTH_PERMERROR },
	};
	struct results three = { .dkim = { .known = true, .sigs = sigs,
		.count = 3 } };

	(void)state;
	assert_str(written(arena, &whole, AUTHRES_SPF),
		"mx.example;" SPF_TEXT ";\n\tspf=pass smtp.helo=h.example");
	assert_str(written(arena, &whole, AUTHRES_SPF | AUTHRES_DETAIL),
		"mx.example;" SPF_TEXT "\n\tpolicy.domain=s.example;"
		"\n\tspf=pass smtp.helo=h.example");
	assert_str(written(arena, &three, AUTHRES_DKIM | AUTHRES_DNSSEC),
		"mx.example;\n\tdkim=pass dns.sec=yes;"
		"\n\tdkim=fail dns.sec=no;\n\tdkim=permerror");
	assert_str(written(arena, &whole, AUTHRES_DKIM),
		"mx.example;\n\tdkim=pass header.d=a.example "
		"header.i=@a.example header.s=s1\n\theader.a=rsa-sha256 "
		"header.b=\"aB3/+z==\";\n\tdkim=fail "
		"reason=\"bad \\\"signature\\\"\" header.d=b.example "
		"header.s=s2\n\theader.a=ed25519-sha256 header.b=01234567");
	assert_str(written(arena, &whole, AUTHRES_DMARC),
		"mx.example;\n\tdmarc=fail header.from=f.example "
		"policy.dmarc=quarantine");
	assert_str(written(arena, &whole, 0), "mx.example; none");
	assert_str(written(arena, &nothing, ALL), "mx.example; none");
	assert_str(written(arena, &no_signature, ALL),
		"mx.example;\n\tdkim=none");
	arena_free(arena);
}

static const struct {
	struct str address;
	const char *written;
} addresses[] = {
	{ STR("u@d.example"), "smtp.mailfrom=u@d.example" },
	{ STR("SRS0=a=b=c=u@d.example"),
		"smtp.mailfrom=SRS0=a=b=c=u@d.example" },
	{ STR("a/b?c+d@d.example"), "smtp.mailfrom=a/b?c+d@d.example" },
	/* What needs quoting is left out. */
	{ STR("\"u v\"@d.example"), "smtp.mailfrom=d.example" },
	{ STR("u;x=y@d.example"), "smtp.mailfrom=d.example" },
	{ STR("u(c)@d.example"), "smtp.mailfrom=d.example" },
	{ STR("u@v@d.example"), "smtp.mailfrom=d.example" },
	{ STR("u\0@d.example"), "smtp.mailfrom=d.example" },
	{ STR("\xc3\xa9@d.example"), "smtp.mailfrom=d.example" },
	{ STR(""), "smtp.mailfrom=d.example" },
};

static void
writes_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct arena *arena = arena_new(0);
		const struct results r = { .spf = { .known = true,
			.mail_from_address = addresses[i].address,
			.mail_from_domain = STR("d.example") } };

		assert_row(i, str_iends(written(arena, &r, AUTHRES_SPF),
			str_of(addresses[i].written)));
		arena_free(arena);
	}
}

/* ---- and back ----------------------------------------------------------- */

static int
reread(struct arena *arena, struct str value, unsigned parts,
	struct results *ret)
{
	struct authres parsed;
	int err = authres_parse(arena, value, &parsed);

	return err != 0 ? err : authres_read(arena, &parsed, parts, ret);
}

/* No line of the field is longer than one of a message may be. */
static void
long_values(void **state)
{
	struct arena *arena = arena_new(0);
	static char text[60000];
	const struct str same = { text, sizeof(text) };
	struct dkim_result sig = { .result = AUTH_PERMERROR, .reason = same,
		.domain = same, .selector = same, .identity = same };
	const struct results r = {
		.spf = { .known = true, .helo_known = true, .reason = same,
			.mail_from_address = same,
			.mail_from_domain = STR("d.example"),
			.helo_name = same },
		.dkim = { .known = true, .sigs = &sig, .count = 1 },
		.dmarc = { .known = true, .reason = same },
	};
	struct results back = { 0 };
	struct str value, rest;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? '"' : 'x';
	text[30000] = '@';
	value = rest = written(arena, &r, ALL);
	while (rest.p != NULL)
		assert_true(str_cut(&rest, '\n').n < 998);
	/* No other field is made of it. */
	assert_int_equal(reread(arena, value, ALL, &back), 0);
	assert_str(back.spf.mail_from_domain, "d.example");
	assert_true(back.spf.helo_known);
	assert_true(str_istarts(same, back.spf.helo_name));
	memset(text, 'x', sizeof(text));
	value = rest = written(arena, &r, ALL);
	while (rest.p != NULL)
		assert_true(str_cut(&rest, '\n').n < 998);
	arena_free(arena);
}


static void
assert_same_signature(const struct dkim_result *a, const struct dkim_result *b)
{
	assert_int_equal(a->result, b->result);
	assert_true(str_eq(a->domain, b->domain));
	assert_true(str_eq(a->selector, b->selector));
	assert_true(str_eq(a->identity, b->identity));
	assert_true(str_eq(a->algorithm, b->algorithm));
	assert_true(str_eq(a->b, b->b));
	assert_true(str_eq(a->reason, b->reason));
	assert_int_equal(a->key_bits, b->key_bits);
	assert_int_equal(a->partial_body, b->partial_body);
	assert_int_equal(a->discounted, b->discounted);
	assert_int_equal(a->dnssec, b->dnssec);
	assert_int_equal(a->test, b->test);
}

/* All that a neighbour needs comes back; dmarc is nobody's to tell. */
static void
round_trip(void **state)
{
	struct arena *arena = arena_new(0);
	struct results r = { 0 };

	(void)state;
	assert_int_equal(0, reread(arena,
		written(arena, &whole, ALL | AUTHRES_DETAIL), ALL, &r));
	assert_true(r.spf.known && r.spf.helo_known);
	assert_int_equal(r.spf.mail_from, AUTH_SOFTFAIL);
	assert_int_equal(r.spf.helo, AUTH_PASS);
	assert_str(r.spf.mail_from_address, "u@s.example");
	assert_str(r.spf.mail_from_domain, "s.example");
	assert_str(r.spf.helo_name, "h.example");
	assert_str(r.spf.reason, "no such");
	assert_true(r.dkim.known);
	assert_int_equal(r.dkim.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_same_signature(&r.dkim.sigs[i], &signatures[i]);
	assert_false(r.dmarc.known);
	arena_free(arena);
}

static void
reads_what_is_asked_for(void **state)
{
	struct arena *arena = arena_new(0);
	struct str value = written(arena, &whole, ALL | AUTHRES_DETAIL);
	struct results r = { 0 };

	(void)state;
	assert_int_equal(0, reread(arena, value, AUTHRES_DKIM, &r));
	assert_false(r.spf.known || r.spf.helo_known);
	assert_true(r.dkim.known);
	/* What is known stays, signatures are not doubled. */
	r.dkim.count = 1;
	assert_int_equal(0, reread(arena, value, ALL, &r));
	assert_true(r.spf.known);
	assert_int_equal(r.dkim.count, 1);
	assert_int_equal(0, reread(arena,
		STR("a; spf=fail smtp.mailfrom=x"), ALL, &r));
	assert_int_equal(r.spf.mail_from, AUTH_SOFTFAIL);
	arena_free(arena);
}

static const struct {
	struct str value;
	int err;
	bool spf, dkim;
	size_t signatures;
} fields[] = {
	{ STR("a; none"), 0, false, false, 0 },
	{ STR("a; dkim=none"), 0, false, true, 0 },
	{ STR("a; dkim=pass header.d=b"), 0, false, true, 1 },
	{ STR("a; DKIM=PASS HEADER.D=b; Spf=pass"), 0, true, true, 1 },
	{ STR("a; auth=pass smtp.auth=x"), 0, false, false, 0 },
	{ STR("a; dmarc=pass header.from=x"), 0, false, false, 0 },
	{ STR("a; spf=hardfail"), ERR_SYNTAX, false, false, 0 },
	{ STR("a; spf=pass; dkim=hardfail"), ERR_SYNTAX, false, false, 0 },
	{ STR("a; dkim=pass header.d=b; spf=hardfail"), ERR_SYNTAX, false,
		false, 0 },
	{ STR("a; x-spam=5"), 0, false, false, 0 },
	{ STR("a; bimi=skipped; spf=pass; dmarc=odd"), 0, true, false, 0 },
	{ STR("a; spf=pass smtp.helo=b"), 0, false, false, 0 },
	{ STR("a; spf=pass smtp.mailfrom=b smtp.helo=c"), 0, true, false, 0 },
	{ STR("a; dkim=pass policy.bits=99999999999999"), 0, false, true, 1 },
	{ STR("a; dkim=pass policy.bits=-5"), 0, false, true, 1 },
};

static void
reads_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct arena *arena = arena_new(0);
		struct results r = { 0 };

		assert_row(i, reread(arena, fields[i].value, ALL, &r) ==
			fields[i].err);
		assert_row(i, r.spf.known == fields[i].spf);
		assert_row(i, r.dkim.known == fields[i].dkim);
		assert_row(i, r.dkim.count == fields[i].signatures);
		if (r.dkim.count > 0)
			assert_row(i, r.dkim.sigs[0].key_bits == 0);
		arena_free(arena);
	}
}

/* ---- strangers' words --------------------------------------------------- */

static const struct str hostile[] = {
	STR("; dkim=pass header.d=bank.example"), STR("\"; spf=pass"),
	STR("\\"), STR("\\\""), STR("a\" smtp.mailfrom=u@bank.example \""),
	STR("(c"), STR("c)"), STR("\r\nBcc: x"), STR("\n\tx"), STR("\0"),
	STR("a\0b"), STR("\xc3\xa9"), STR("\xff"), STR("\x7f\x1b[m"), STR(" "),
	STR("  a  b  "), STR("="), STR("a=b"), STR("@"), STR("a@b@c"),
	STR("a@b"), STR("a/b"), STR("a=b@c"), STR("@a"), STR("a@"), STR("?"),
	STR("(seal=00)"), STR("none"), STR("\t"), STR("a;b"), STR("a,b"),
};

/*
 * Whatever a value is, the field parses and says of each part one thing; its
 * text is ASCII without line ends but the folds.
 */
static void
hostile_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct arena *arena = arena_new(0);
		struct str x = hostile[i], text;
		struct dkim_result sig = { .result = AUTH_FAIL, .domain = x,
			.selector = x, .identity = x, .algorithm = x, .b = x,
			.reason = x };
		const struct results in = {
			.spf = { .known = true, .helo_known = true,
				.mail_from = AUTH_FAIL, .helo = AUTH_FAIL,
				.mail_from_address = x, .mail_from_domain = x,
				.helo_name = x, .reason = x },
			.dkim = { .known = true, .sigs = &sig, .count = 1 },
			.dmarc = { .known = true, .result = AUTH_FAIL,
				.author_domain = x, .reason = x },
		};
		struct results out = { 0 };

		text = written(arena, &in, ALL | AUTHRES_DETAIL);
		for (size_t j = 0; j < text.n; j++)
			assert_row(i, (text.p[j] >= ' ' && text.p[j] < 0x7f) ||
				str_istarts(str_from(text, j), STR("\n\t")) ||
				(text.p[j] == '\t' && text.p[j - 1] == '\n'));
		assert_row(i, reread(arena, text, ALL, &out) == 0);
		assert_row(i, out.spf.known && out.spf.helo_known);
		assert_row(i, out.spf.mail_from == AUTH_FAIL);
		assert_row(i, out.spf.helo == AUTH_FAIL);
		assert_row(i, out.dkim.count == 1);
		assert_row(i, out.dkim.sigs[0].result == AUTH_FAIL);
		assert_row(i, out.dkim.sigs[0].domain.n == x.n);
		arena_free(arena);
	}
}

static void
without_memory(void **state)
{
	struct arena *big = arena_new(0);
	struct str all = written(big, &whole, ALL | AUTHRES_DETAIL);
	int seen[2] = { 0 };

	(void)state;
	for (size_t limit = 1; limit < 8000; limit++) {
		struct arena *arena = arena_new(limit);
		struct str text =
			written(arena, &whole, ALL | AUTHRES_DETAIL);
		struct results r = { 0 };
		int err;

		assert_true(text.p == NULL ? text.n == 0 : str_eq(text, all));
		arena_free(arena);
		arena = arena_new(limit);
		err = reread(arena, all, ALL, &r);
		assert_true(err == 0 || err == ERR_NOMEM);
		seen[err == 0]++;
		arena_free(arena);
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
	arena_free(big);
}

/* The last word is not lost either. */
static void
no_signature_without_memory(void **state)
{
	const struct results r = { .dkim = { .known = true } };

	(void)state;
	for (size_t limit = 1; limit < 1000; limit++) {
		struct arena *arena = arena_new(limit);
		struct str text = written(arena, &r, ALL);

		if (text.p != NULL)
			assert_str(text, "mx.example;\n\tdkim=none");
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_parts),
		cmocka_unit_test(writes_addresses),
		cmocka_unit_test(long_values),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(reads_what_is_asked_for),
		cmocka_unit_test(reads_fields),
		cmocka_unit_test(hostile_values),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(no_signature_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
