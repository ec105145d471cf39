/* The tree walk: the RFC's examples, faults at each step, odd names. */
#include "unit/dmarc/fixture.h"

#include "dmarc/walk.h"
#include "dns/name.h"

#define DEEP "a.b.c.d.e.f.g.h.i.j.mail.example.com"

struct row {
	const char *zone;
	const char *start;
	unsigned questions;
	const char *org;    /* NULL: temporary */
	const char *policy; /* where the policy record is; "": nowhere;
			       NULL: temporary */
};

static const struct row rows[] = {
	/* RFC 9989 section 4.10.2, its three examples. */
	{ REC("mail.example.com", "p=none") REC("example.com", "p=none"),
		"a.mail.example.com", 4, "example.com", "example.com" },
	{ REC("mail.example.com", "p=none; psd=n")
		REC("example.com", "p=none"),
		"a.mail.example.com", 4, "mail.example.com",
		"mail.example.com" },
	{ REC("com", "p=none; psd=y"),
		"a.mail.example.com", 4, "example.com", "com" },
	/* Appendix B.4.1 */
	{ REC("example.com", "p=none") REC("signing.example.com", "p=none"),
		"example.com", 2, "example.com", "example.com" },
	{ REC("example.com", "p=none") REC("signing.example.com", "p=none"),
		"signing.example.com", 3, "example.com",
		"signing.example.com" },
	/* Appendix B.4.2 */
	{ REC("example.com", "p=none") REC("signing.example.com", "p=none"),
		"a.b.c.d.e.f.g.h.i.j.k.example.com", 8, "example.com",
		"example.com" },
	/* Appendix B.4.3 */
	{ REC("bank.example", "p=none; psd=y")
		REC("giant.bank.example", "p=none"),
		"giant.bank.example", 3, "giant.bank.example",
		"giant.bank.example" },
	{ REC("bank.example", "p=none; psd=y")
		REC("giant.bank.example", "p=none"),
		"mail.giant.bank.example", 4, "giant.bank.example",
		"giant.bank.example" },
	{ REC("bank.example", "p=none; psd=y")
		REC("giant.bank.example", "p=none"),
		"mail.mega.bank.example", 4, "mega.bank.example",
		"bank.example" },
	/* No record at all. */
	{ "x. A 192.0.2.1\n", "www.example.com", 3, "www.example.com", "" },
	{ "x. A 192.0.2.1\n", "com", 1, "com", "" },
	{ REC("com", "p=none"), "com", 1, "com", "com" },
	/* psd=y at the start is no suffix of itself. */
	{ REC("bank.example", "p=none; psd=y"), "bank.example", 2,
		"bank.example", "bank.example" },
	{ REC("co.example", "p=none; psd=y") REC("example", "p=none; psd=y"),
		"a.co.example", 3, "a.co.example", "co.example" },
	/* ...and stops the walk, so what is above does not count. */
	{ REC("b.example", "p=none; psd=y") REC("example", "p=none; psd=y"),
		"b.example", 2, "b.example", "b.example" },
	/* psd=n at the start; a record above it. */
	{ REC("a.b.example", "p=none; psd=n") REC("b.example", "p=none"),
		"a.b.example", 3, "a.b.example", "a.b.example" },
	/* A record between the organization and the start is not for it. */
	{ REC("b.c.bank.example", "p=none") REC("bank.example", "p=none;psd=y"),
		"a.b.c.bank.example", 5, "c.bank.example", "bank.example" },
	/* A record that does not apply still marks the organization. */
	{ REC("example.com", ""), "a.example.com", 3, "example.com",
		"example.com" },
	{ REC("b.example.com", "p=x") REC("example.com", "p=none"),
		"b.example.com", 3, "example.com", "b.example.com" },
	/* Several records count as none, other texts not at all. */
	{ REC("b.example", "p=none") REC("b.example", "p=reject"),
		"a.b.example", 3, "a.b.example", "" },
	{ REC("a.b.example", "p=none") REC("a.b.example", "p=reject")
		REC("b.example", "p=none"),
		"a.b.example", 3, "b.example", "b.example" },
	{ "_dmarc.b.example. TXT \"v=spf1 -all\"\n" REC("b.example", "p=none"),
		"a.b.example", 3, "b.example", "b.example" },
	{ REC("b.example", "p=none")
		"_dmarc.b.example. TXT \"v=DMARC2; x=y\"\n",
		"b.example", 2, "b.example", "b.example" },
	{ "_dmarc.b.example. TXT \"v=DM\" \"ARC1; p=no\" \"ne\"\n",
		"b.example", 2, "b.example", "b.example" },
	{ "*.example. TXT \"hello\"\n" REC("b.example", "p=none"),
		"a.b.example", 3, "b.example", "b.example" },
	{ "*.b.example. TXT \"v=DMARC1; p=none\"\n",
		"a.b.example", 3, "b.example", "a.b.example" },
	/* A CNAME is how many records are published. */
	{ "_dmarc.b.example. CNAME p.example.net.\n"
		"p.example.net. TXT \"v=DMARC1; p=none\"\n",
		"b.example", 2, "b.example", "b.example" },
	/* A temporary error anywhere on the way. */
	{ FAULT("_dmarc.a.mail.example.com", "SERVFAIL")
		REC("example.com", "p=none"),
		"a.mail.example.com", 4, NULL, NULL },
	{ FAULT("_dmarc.mail.example.com", "TIMEOUT")
		REC("example.com", "p=none"),
		"a.mail.example.com", 4, NULL, NULL },
	{ FAULT("_dmarc.example.com", "REFUSED"),
		"a.mail.example.com", 4, NULL, NULL },
	{ FAULT("_dmarc.com", "SERVFAIL") REC("example.com", "p=none"),
		"a.mail.example.com", 4, NULL, NULL },
	/* ...but the own record is enough for a policy, */
	{ FAULT("_dmarc.com", "SERVFAIL") REC("example.com", "p=none"),
		"example.com", 2, NULL, "example.com" },
	/* ...and what is behind the stop does not count. */
	{ FAULT("_dmarc.com", "SERVFAIL") REC("example.com", "p=none;psd=n"),
		"a.example.com", 3, "example.com", "example.com" },
	{ FAULT("_dmarc.com", "TIMEOUT") REC("example.com", "p=none;psd=y"),
		"a.example.com", 3, "a.example.com", "example.com" },
	/* Eight labels, nine, and the shortcut. */
	{ REC("c.d.e.f.g.h", "p=none"), "a.b.c.d.e.f.g.h", 8, "c.d.e.f.g.h",
		"c.d.e.f.g.h" },
	{ REC("b.c.d.e.f.g.h.i", "p=none"), "a.b.c.d.e.f.g.h.i", 8,
		"a.b.c.d.e.f.g.h.i", "" },
	{ REC("c.d.e.f.g.h.i", "p=none"), "a.b.c.d.e.f.g.h.i", 8,
		"c.d.e.f.g.h.i", "c.d.e.f.g.h.i" },
	{ REC("c.d.e.f.g.h.i", "p=none;psd=y"), "a.b.c.d.e.f.g.h.i", 8,
		"b.c.d.e.f.g.h.i", "c.d.e.f.g.h.i" },
};

static void
check_row(const struct row *row, const struct suffixes *suffixes)
{
	struct walk_result org, policy;
	struct fixture f;
	struct walk *walk;

	fixture_open(&f, row->zone);
	assert_int_equal(walk_start(&f.scope, suffixes, str_of(row->start),
		&walk), 0);
	assert_int_equal(walk_policy(walk, &policy), 0);
	assert_int_equal(walk_org(walk, &org), 0);
	if (f.scope.asked != row->questions)
		fail_msg("%s: %u questions", row->start, f.scope.asked);
	if (org.temporary != (row->org == NULL) ||
		!str_eq(org.domain, str_of(row->org)))
		fail_msg("%s: organization %.*s, not %s", row->start,
			STR_ARG(org.domain), row->org);
	if (policy.temporary != (row->policy == NULL))
		fail_msg("%s: temporary %d", row->start, policy.temporary);
	if (row->policy == NULL || row->policy[0] == '\0')
		assert_null(policy.record);
	else if (policy.record == NULL ||
		!str_eq(policy.domain, str_of(row->policy)))
		fail_msg("%s: policy at %.*s, not %s", row->start,
			STR_ARG(policy.domain), row->policy);
	fixture_close(&f);
}

static void
walks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i], NULL);
}

/* By public suffixes: RFC 7489 sections 3.2 and 6.6.3. */
static const struct row suffix_rows[] = {
	{ REC("example.co.uk", "p=none"), "a.b.example.co.uk", 2,
		"example.co.uk", "example.co.uk" },
	{ REC("b.example.com", "p=none"), "a.b.example.com", 2,
		"example.com", "" },
	{ REC("a.example.com", "p=none") REC("example.com", "p=none"),
		"a.example.com", 2, "example.com", "a.example.com" },
	{ REC("example.com", "p=none"), "example.com", 1, "example.com",
		"example.com" },
	/* Suffixes have no policy for what is below, psd or not. */
	{ REC("com", "p=none; psd=y"), "example.com", 1, "example.com", "" },
	{ REC("com", "p=none"), "com", 1, "com", "com" },
	{ REC("a.example.com", "p=none; psd=n") REC("example.com", "p=none"),
		"x.a.example.com", 2, "example.com", "example.com" },
	{ REC("co.uk", "p=none"), "a.co.uk", 1, "a.co.uk", "" },
	/* Errors count where they are asked about. */
	{ FAULT("_dmarc.a.example.com", "SERVFAIL")
		REC("example.com", "p=none"), "a.example.com", 2,
		"example.com", NULL },
	{ FAULT("_dmarc.example.com", "TIMEOUT"), "a.example.com", 2,
		"example.com", NULL },
	{ FAULT("_dmarc.com", "SERVFAIL") REC("example.com", "p=none"),
		"a.example.com", 2, "example.com", "example.com" },
};

static void
walks_by_suffix(void **state)
{
	struct arena *arena = arena_new(0);
	const struct suffixes *suffixes;

	(void)state;
	assert_int_equal(suffixes_load(arena, &suffixes), 0);
	for (size_t i = 0; i < COUNT(suffix_rows); i++)
		check_row(&suffix_rows[i], suffixes);
	arena_free(arena);
}

/* Another's walk asks nothing at all. */
static void
another_by_suffix(void **state)
{
	struct arena *arena = arena_new(0);
	const struct suffixes *suffixes;
	struct walk_result org;
	struct walk *first, *other;
	struct fixture f;

	(void)state;
	assert_int_equal(suffixes_load(arena, &suffixes), 0);
	fixture_open(&f, REC("example.com", "p=none"));
	assert_int_equal(walk_start(&f.scope, suffixes, STR("example.com"),
		&first), 0);
	assert_int_equal(walk_another(first, STR("a.example.com"), &other), 0);
	assert_int_equal(walk_org(other, &org), 0);
	assert_str(org.domain, "example.com");
	assert_int_equal(f.scope.asked, 1);
	fixture_close(&f);
	arena_free(arena);
}

/* The eight names that section 4.10 lists. */
static const char *const names[] = {
	DEEP, "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
	"i.j.mail.example.com", "j.mail.example.com", "mail.example.com",
	"example.com", "com",
};

static void
names_asked(void **state)
{
	struct fixture f;
	struct walk *walk;

	(void)state;
	fixture_open(&f, REC("com", "p=none"));
	assert_int_equal(walk_start(&f.scope, NULL, STR(DEEP), &walk), 0);
	assert_int_equal(walk->count, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		assert_str(walk->steps[i].domain, names[i]);
	fixture_close(&f);
}

/* Records above and below do not make up for a step that fails. */
static void
a_fault_at_each_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct walk_result org, policy;
		struct fixture f;
		struct walk *walk;
		char zone[400];

		snprintf(zone, sizeof(zone), "%s" FAULT("_dmarc.%s", "%s"),
			i < 5 ? REC("mail.example.com", "p=none") :
				REC("j.mail.example.com", "p=none"),
			names[i], i % 2 ? "SERVFAIL" : "TIMEOUT");
		fixture_open(&f, zone);
		assert_int_equal(walk_start(&f.scope, NULL, STR(DEEP), &walk),
			0);
		assert_int_equal(walk_policy(walk, &policy), 0);
		assert_int_equal(walk_org(walk, &org), 0);
		assert_true(policy.temporary && org.temporary);
		assert_null(policy.record);
		fixture_close(&f);
	}
}

/* Names that do not fit behind "_dmarc." have no record of their own. */
static void
long_names(void **state)
{
	struct walk_result org;
	struct fixture f;
	struct strbuf sb;
	struct walk *walk;
	struct str name;

	(void)state;
	fixture_open(&f, REC("y.com", "p=none"));
	sb = sb_new(f.scope.arena);
	while (sb.n < NAME_MAX_BYTES - 5)
		sb_addz(&sb, "a.");
	sb_addz(&sb, "y.com");
	name = sb_done(&sb);
	assert_int_equal(name.n, NAME_MAX_BYTES);
	assert_int_equal(walk_start(&f.scope, NULL, name, &walk), 0);
	assert_int_equal(walk->count, 8);
	assert_int_equal(walk_org(walk, &org), 0);
	assert_str(org.domain, "y.com");

	/* No caller has a name of 600 bytes, but it must not matter. */
	sb = sb_new(f.scope.arena);
	for (int i = 0; i < 298; i++)
		sb_addz(&sb, "a.");
	sb_addz(&sb, "y.com");
	assert_int_equal(walk_start(&f.scope, NULL, sb_done(&sb), &walk), 0);
	assert_int_equal(walk->count, 8);
	assert_int_equal(walk_org(walk, &org), 0);
	assert_str(org.domain, "y.com");
	fixture_close(&f);
}

static void
one_walk_per_start(void **state)
{
	struct fixture f;
	struct walk *first, *second, *third;

	(void)state;
	fixture_open(&f, REC("example.com", "p=none"));
	assert_int_equal(walk_start(&f.scope, NULL, STR("example.com"),
		&first), 0);
	assert_int_equal(walk_another(first, STR("a.example.com"), &second),
		0);
	assert_int_equal(walk_another(first, STR("a.example.com"), &third),
		0);
	assert_ptr_equal(second, third);
	assert_ptr_not_equal(first, second);
	assert_int_equal(walk_another(first, STR("example.com"), &third), 0);
	assert_ptr_equal(first, third);
	assert_int_equal(f.scope.asked, 2 + 3);
	fixture_close(&f);
}

static void
out_of_memory(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, REC("example.com", "p=none"));
	for (size_t limit = 1, ok = 0; ok == 0; limit += 64) {
		struct arena *arena = arena_new(limit);
		struct dns_scope scope = { .dns = f.dns, .arena = arena,
			.budget = 50 };
		struct walk_result policy;
		struct walk *walk;
		int err = walk_start(&scope, NULL, STR("a.example.com"), &walk);

		if (err == 0)
			err = walk_policy(walk, &policy);
		assert_true(err == 0 || err == ERR_NOMEM);
		/* A DNS answer that found no room is a temporary error. */
		ok = err == 0 && !policy.temporary;
		if (ok)
			assert_str(policy.domain, "example.com");
		arena_free(arena);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks),
		cmocka_unit_test(walks_by_suffix),
		cmocka_unit_test(another_by_suffix),
		cmocka_unit_test(names_asked),
		cmocka_unit_test(a_fault_at_each_step),
		cmocka_unit_test(long_names),
		cmocka_unit_test(one_walk_per_start),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
