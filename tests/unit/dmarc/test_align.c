/* Alignment: which names are, and which questions are asked for it. */
#include "unit/dmarc/fixture.h"

#include "dmarc/align.h"

#define BANK REC("bank.example", "p=none; psd=y") \
	REC("giant.bank.example", "p=none")
#define PAIR REC("example.com", "p=none") REC("signing.example.com", "p=none")

struct row {
	const char *zone;
	const char *author;
	const char *name; /* that passes, by DKIM; SPF is the same */
	const char *mode;
	const char *answer; /* "yes", "no", "unknown" */
	int more; /* questions, beyond the author's walk; -1: do not look */
};

static const struct row rows[] = {
	/* Equal names need no walk. */
	{ PAIR, "example.com", "example.com", "r", "yes", 0 },
	{ PAIR, "example.com", "EXAMPLE.com.", "r", "yes", 0 },
	{ PAIR, "example.com", "example.com", "s", "yes", 0 },
	{ "x. A 192.0.2.1\n", "x.com", "x.com", "r", "yes", 0 },
	{ FAULT("_dmarc.com", "SERVFAIL"), "x.com", "x.com", "r", "yes", 0 },
	/* Strict: no other name, and no walk either. */
	{ PAIR, "example.com", "signing.example.com", "s", "no", 0 },
	{ PAIR, "signing.example.com", "example.com", "s", "no", 0 },
	/* Appendix B.4. */
	{ PAIR, "example.com", "signing.example.com", "r", "yes", 3 },
	{ PAIR, "signing.example.com", "example.com", "r", "yes", 2 },
	{ PAIR, "a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com", "r",
		"yes", 2 },
	{ PAIR, "a.b.c.d.e.f.g.h.i.j.k.example.com", "signing.example.com",
		"r", "yes", 3 },
	{ BANK, "giant.bank.example", "mail.giant.bank.example", "r", "yes",
		4 },
	{ BANK, "giant.bank.example", "mail.mega.bank.example", "r", "no",
		0 },
	{ BANK, "giant.bank.example", "bank.example", "r", "no", 0 },
	/* Siblings. */
	{ REC("example.com", "p=none"), "a.example.com", "b.example.com", "r",
		"yes", 3 },
	{ REC("example.com", "p=none") REC("b.example.com", "p=none; psd=n"),
		"a.example.com", "b.example.com", "r", "no", 3 },
	{ REC("example.com", "p=none") REC("a.example.com", "p=none; psd=n"),
		"a.example.com", "b.example.com", "r", "no", 0 },
	{ REC("example.com", "p=none") REC("b.example.com", "p=none; psd=y"),
		"a.example.com", "x.b.example.com", "r", "no", 4 },
	/* The ends of names are not names; short ones least of all. */
	{ REC("x.com", "p=none"), "x.com", "attacker.com", "r", "no", 0 },
	{ REC("x.com", "p=none"), "x.com", "ax.com", "r", "no", 0 },
	{ REC("x.com", "p=none"), "x.com", "x.com.attacker.com", "r", "no",
		0 },
	{ REC("x.com", "p=none") REC("attacker.com", "p=none"),
		"attacker.com", "x.com", "r", "no", 0 },
	{ REC("a.b", "p=none"), "a.b", "c.b", "r", "no", 0 },
	/* A pass for a top-level domain. */
	{ REC("x.com", "p=none"), "x.com", "com", "r", "no", 0 },
	{ REC("x.com", "p=none") REC("com", "p=none; psd=y"), "x.com", "com",
		"r", "no", 0 },
	{ REC("com", "p=none; psd=y"), "x.com", "com", "r", "no", 0 },
	{ REC("com", "p=none; psd=y"), "x.com", "y.com", "r", "no", 0 },
	/* A top-level domain that calls itself an organization is one. */
	{ REC("brand", "p=none"), "a.brand", "b.brand", "r", "yes", 2 },
	/* What is no name is not aligned. */
	{ PAIR, "example.com", "", "r", "no", 0 },
	{ PAIR, "example.com", "a b.example.com", "r", "no", 0 },
	{ PAIR, "example.com", "..example.com", "r", "no", 0 },
	/* U-labels. */
	{ REC("xn--bcher-kva.example", "p=none"), "xn--bcher-kva.example",
		"b\xc3\xbc" "cher.example", "r", "yes", 0 },
	/* Temporary errors in the walks. */
	{ REC("x.com", "p=none") FAULT("_dmarc.com", "SERVFAIL"),
		"x.com", "a.x.com", "r", "unknown", 0 },
	{ REC("x.com", "p=none") FAULT("_dmarc.com", "SERVFAIL"),
		"x.com", "y.com", "r", "unknown", 0 },
	{ REC("x.com", "p=none") FAULT("_dmarc.com", "SERVFAIL"),
		"x.com", "x.net", "r", "no", 0 },
	{ REC("x.com", "p=none") FAULT("_dmarc.a.x.com", "TIMEOUT"),
		"x.com", "a.x.com", "r", "unknown", 3 },
	{ REC("x.com", "p=none") FAULT("_dmarc.y.com", "TIMEOUT"),
		"x.com", "y.com", "r", "no", 0 },
};

static void
check_answer(const struct row *row, const char *method, bool aligned,
	bool undecided)
{
	const char *got = aligned ? "yes" : undecided ? "unknown" : "no";

	if (strcmp(got, row->answer) != 0)
		fail_msg("%s, %s by %s: %s", row->author, row->name, method,
			got);
}

/* SPF and DKIM each alone, then both: the walk is made once. */
static void
check_row(const struct row *row)
{
	bool strict = row->mode[0] == 's';
	const struct dmarc_record policy = { .strict_spf = strict,
		.strict_dkim = strict };
	struct dkim_result sig = { .result = AUTH_PASS,
		.domain = str_of(row->name) };
	struct dkim_results dkim = { .known = true, .sigs = &sig, .count = 1 };
	struct spf_results spf = { .known = true, .mail_from = AUTH_PASS,
		.mail_from_domain = str_of(row->name) };
	struct alignment a;
	struct fixture f;
	struct walk *walk;
	unsigned asked;

	fixture_open(&f, row->zone);
	assert_int_equal(walk_start(&f.scope, NULL, str_of(row->author),
		&walk), 0);
	asked = f.scope.asked;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	check_answer(row, "spf", a.spf, a.undecided);
	check_answer(row, "dkim", a.dkim, a.undecided);
	if ((int)(f.scope.asked - asked) != row->more)
		fail_msg("%s, %s: %u more", row->author, row->name,
			f.scope.asked - asked);
	spf.known = false;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.spf);
	check_answer(row, "dkim", a.dkim, a.undecided);
	spf.known = true;
	dkim.known = false;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.dkim);
	check_answer(row, "spf", a.spf, a.undecided);
	fixture_close(&f);
}

/* What the dkim filter discounts is not there, whatever its result is. */
static void
discounted(void **state)
{
	const struct dmarc_record policy = { .strict_dkim = false };
	struct dkim_result sig = { .result = AUTH_PASS, .discounted = true,
		.domain = STR("example.com") };
	struct dkim_results dkim = { .known = true, .sigs = &sig, .count = 1 };
	struct spf_results spf = { .known = false };
	struct alignment a;
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, PAIR);
	assert_int_equal(
		walk_start(&f.scope, NULL, STR("example.com"), &walk), 0);
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.dkim || a.undecided);
	/* Nor may a report take it for an aligned pass. */
	assert_int_equal(sig.aligned, ALIGNED_NO);
	sig.result = AUTH_TEMPERROR;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.dkim || a.undecided);
	sig.discounted = false;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_true(a.undecided);
	fixture_close(&f);
}

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* Only a pass counts, and only for its own method. */
static void
results_other_than_pass(void **state)
{
	static const enum auth_result others[] = { AUTH_NONE, AUTH_FAIL,
		AUTH_SOFTFAIL, AUTH_NEUTRAL, AUTH_POLICY, AUTH_PERMERROR };
	const struct dmarc_record policy = { .strict_dkim = true };
	struct dkim_result sig = { .domain = STR("x.com") };
	struct dkim_results dkim = { .known = true, .sigs = &sig, .count = 1 };
	struct spf_results spf = { .known = true,
		.mail_from_domain = STR("x.com"), .helo_known = true,
		.helo = AUTH_PASS, .helo_name = STR("x.com") };
	struct alignment a;
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, REC("x.com", "p=none"));
	assert_int_equal(walk_start(&f.scope, NULL, STR("x.com"), &walk), 0);
	for (size_t i = 0; i < COUNT(others); i++) {
		sig.result = spf.mail_from = others[i];
		assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
		assert_false(a.spf || a.dkim || a.undecided);
	}
	sig.result = AUTH_TEMPERROR;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_true(a.undecided);
	spf.mail_from = AUTH_PASS;
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_true(a.spf && !a.dkim && !a.undecided);
	/* A temporary error of a name that could not be aligned anyway. */
	spf.mail_from = AUTH_TEMPERROR;
	spf.mail_from_domain = STR("y.com");
	sig.domain = STR("a.x.com"); /* strict */
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.spf || a.dkim || a.undecided);
	spf.mail_from_domain = STR("a.x.com"); /* relaxed */
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_true(a.undecided);
	fixture_close(&f);
}

/* One aligned signature among many, of which each would need a walk. */
static void
many_signatures(void **state)
{
	enum { MANY = 100 };
	const struct dmarc_record policy = { .strict_dkim = false };
	const struct spf_results spf = { .known = false };
	struct dkim_result sigs[MANY] = { 0 };
	struct dkim_results dkim = { .known = true, .sigs = sigs,
		.count = MANY };
	char texts[MANY][32];
	struct alignment a;
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, REC("x.com", "p=none")
		"*.x.com. TXT \"v=DMARC1; p=none; psd=n\"\n");
	for (int i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "s%d.x.com", i);
		sigs[i].result = AUTH_PASS;
		sigs[i].domain = str_of(texts[i]);
	}
	assert_int_equal(walk_start(&f.scope, NULL, STR("x.com"), &walk), 0);
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_false(a.dkim || a.undecided);
	assert_int_equal(f.scope.asked, 2 + 3 * ALIGN_WALKS_MAX);
	sigs[MANY - 1].domain = STR("x.com");
	assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
	assert_true(a.dkim);
	fixture_close(&f);
}

/* What the journal says of each signature. */
static void
kinds(void **state)
{
	static const struct {
		const char *domain;
		enum auth_result result;
		enum alignment_kind relaxed, strict;
	} signatures[] = {
		{ "b.example.com", AUTH_PASS, ALIGNED_RELAXED, ALIGNED_NO },
		{ "other.com", AUTH_PASS, ALIGNED_NO, ALIGNED_NO },
		{ "b.example.com", AUTH_FAIL, ALIGNED_NO, ALIGNED_NO },
		{ "A.example.com", AUTH_FAIL, ALIGNED_STRICT, ALIGNED_STRICT },
		{ "..", AUTH_PASS, ALIGNED_NO, ALIGNED_NO },
	};
	struct dkim_result sigs[COUNT(signatures)];
	struct dkim_results dkim = { .known = true, .sigs = sigs,
		.count = COUNT(signatures) };
	const struct spf_results spf = { .known = false };

	(void)state;
	for (int strict = 0; strict < 2; strict++) {
		const struct dmarc_record policy = { .strict_dkim = strict };
		struct alignment a;
		struct fixture f;
		struct walk *walk;

		for (size_t i = 0; i < COUNT(signatures); i++)
			sigs[i] = (struct dkim_result){
				.result = signatures[i].result,
				.domain = str_of(signatures[i].domain) };
		fixture_open(&f, REC("example.com", "p=none"));
		assert_int_equal(walk_start(&f.scope, NULL,
			STR("a.example.com"), &walk), 0);
		assert_int_equal(align(walk, &policy, &spf, &dkim, &a), 0);
		assert_int_equal(a.dkim, !strict);
		for (size_t i = 0; i < COUNT(signatures); i++)
			assert_int_equal(sigs[i].aligned, strict ?
				signatures[i].strict : signatures[i].relaxed);
		fixture_close(&f);
	}
}

/* Of signatures that fail: for the failure reports. */
static void
failed(void **state)
{
	static const struct {
		const char *domain;
		enum auth_result result;
		enum alignment_kind relaxed, strict;
	} signatures[] = {
		{ "other.com", AUTH_FAIL, ALIGNED_NO, ALIGNED_NO },
		{ "c.example.com", AUTH_PASS, ALIGNED_NO, ALIGNED_NO },
		{ "psd.example.com", AUTH_FAIL, ALIGNED_NO, ALIGNED_NO },
		{ "dead.example.com", AUTH_FAIL, ALIGNED_NO, ALIGNED_NO },
		{ "B.example.com", AUTH_TEMPERROR, ALIGNED_RELAXED,
			ALIGNED_NO },
		{ "..", AUTH_FAIL, ALIGNED_NO, ALIGNED_NO },
	};
	struct dkim_result sigs[COUNT(signatures)];
	struct dkim_results dkim = { .known = true, .sigs = sigs,
		.count = COUNT(signatures) };

	(void)state;
	for (int strict = 0; strict < 2; strict++) {
		const struct dmarc_record policy = { .strict_dkim = strict };
		struct fixture f;
		struct walk *walk;

		for (size_t i = 0; i < COUNT(signatures); i++)
			sigs[i] = (struct dkim_result){
				.result = signatures[i].result,
				.domain = str_of(signatures[i].domain) };
		fixture_open(&f, REC("example.com", "p=none")
			REC("psd.example.com", "p=none; psd=n")
			FAULT("_dmarc.dead.example.com", "SERVFAIL"));
		assert_int_equal(walk_start(&f.scope, NULL,
			STR("a.example.com"), &walk), 0);
		assert_int_equal(align_failed(walk, &policy, &dkim), 0);
		for (size_t i = 0; i < COUNT(signatures); i++)
			assert_int_equal(sigs[i].aligned, strict ?
				signatures[i].strict : signatures[i].relaxed);
		fixture_close(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(discounted),
		cmocka_unit_test(results_other_than_pass),
		cmocka_unit_test(many_signatures),
		cmocka_unit_test(kinds),
		cmocka_unit_test(failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
