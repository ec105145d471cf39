/* The policy record. */
#include "unit/dmarc/fixture.h"

#include "dmarc/record.h"

/* Of which texts is a DMARC record at all made? */
static void
version_comes_first(void **state)
{
	static const char *const records[] = {
		"v=DMARC1", "v=DMARC1;", "v=DMARC1 ; p=none", "v = DMARC1;",
		"v\t=\tDMARC1;p=none", "v=DMARC1;;;", "v=DMARC1; \xff\xfe",
	};
	static const char *const others[] = {
		"", ";", "v", "v=", "v=DMARC", "v=DMARC2; p=none",
		"v=DMARC1x; p=none", "v=dmarc1; p=none", "V=DMARC1; p=none",
		" v=DMARC1; p=none", "\tv=DMARC1; p=none",
		"p=none; v=DMARC1", ";v=DMARC1", "v=DMARC1 p=none",
		"v=DMARC1, p=none", "v=spf1 -all", "vv=DMARC1",
		"v=\"DMARC1\"; p=none", "v=DMARC1=; p=none",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++)
		if (!record_is_dmarc(str_of(records[i])))
			fail_msg("\"%s\" is one", records[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		if (record_is_dmarc(str_of(others[i])))
			fail_msg("\"%s\" is none", others[i]);
	assert_false(record_is_dmarc(STR("v=DMARC1\0; p=none")));
	assert_false(record_is_dmarc((struct str){ NULL, 0 }));
}

struct row {
	const char *tags; /* behind "v=DMARC1;" */
	const char *text; /* normalised, behind "v=DMARC1"; NULL: as tags */
};

#define RUA "; rua=mailto:a@x.com"

/* A record that does not apply has no p in its normalised text. */
static const struct row rows[] = {
	/* p, sp and np. */
	{ "p=none", "; p=none" },
	{ "p=quarantine;", "; p=quarantine" },
	{ " p = reject ; ", "; p=reject" },
	{ "p=Reject", "; p=reject" },
	{ "p=reject; sp=none; np=quarantine", "; p=reject; sp=none; "
		"np=quarantine" },
	{ "np=none; sp=reject; p=none", "; p=none; sp=reject; np=none" },
	{ "", "" },
	{ "p=", "" },
	{ "p", "" },
	{ "p=rej", "" },
	{ "p=reject none", "" },
	{ "p=\"reject\"", "" },
	{ "p=reject\xff", "" },
	{ "p=re\tject", "" },
	{ "P=reject", "" },
	{ "p=reject; p=none", "" },
	{ "p=reject; p=reject", "" },
	{ "p=reject; p", "" },
	{ "p=reject; sp=bad", "" },
	{ "p=reject; sp=", "" },
	{ "p=reject; sp", "" },
	{ "p=reject; np=bad", "" },
	{ "p=reject; np=none; np=none", "" },
	{ "sp=reject", "" },
	{ "rua=mailto:a@x.com", "; p=none" RUA },
	{ "p=bad; rua=mailto:a@x.com", "; p=none" RUA },
	{ "p=reject; sp=bad; np=reject; rua=mailto:a@x.com",
		"; p=none" RUA },
	{ "p=reject; np=bad; rua=mailto:a@x.com", "; p=none" RUA },
	{ "p=bad; rua=https://x.com/r", "; p=none" },
	{ "p=bad; rua=a@x.com", "" },
	{ "p=bad; rua=mailto:", "" },
	{ "p=bad; ruf=mailto:a@x.com", "; ruf=mailto:a@x.com" },
	/* adkim and aspf. */
	{ "p=none; adkim=s; aspf=s", "; p=none; adkim=s; aspf=s" },
	{ "p=none; adkim=S; aspf=r", "; p=none; adkim=s" },
	{ "p=none; adkim=strict; aspf=x", "; p=none" },
	{ "p=none; adkim=; aspf", "; p=none" },
	{ "p=none; adkim=s; adkim=s", "; p=none" },
	{ "p=none; adkim=s\x01", "; p=none" },
	/* psd and t. */
	{ "p=none; psd=y; t=y", "; p=none; psd=y; t=y" },
	{ "p=none; psd=N; t=Y", "; p=none; psd=n; t=y" },
	{ "p=none; psd=u; t=n", "; p=none" },
	{ "p=none; psd=yes; t=1", "; p=none" },
	{ "p=none; psd=y; psd=n", "; p=none" },
	/* Unknown, removed and mangled tags. */
	{ "p=none; pct=50; rf=afrf; ri=3600; x=y", "; p=none" },
	{ "p=none; ;; =; =x; x; \"; \xe9=\xe9", "; p=none" },
	{ "p=none; v=DMARC1", "; p=none" },
	{ "p=none; np =reject", "; p=none; np=reject" },
	/* rua and ruf. */
	{ "p=none; rua=mailto:a@x.com", "; p=none" RUA },
	{ "p=none; rua=MAILTO:a@x.com", "; p=none; rua=MAILTO:a@x.com" },
	{ "p=none; rua = mailto:a@x.com , mailto:b@y.com",
		"; p=none" RUA ",mailto:b@y.com" },
	{ "p=none; rua=mailto:a@x.com!10m,mailto:b@y.com!5",
		"; p=none" RUA ",mailto:b@y.com" },
	{ "p=none; rua=mailto:a@x.com!", "; p=none" },
	{ "p=none; rua=mailto:a@x.com!k", "; p=none" },
	{ "p=none; rua=mailto:a@x.com!10x", "; p=none" },
	{ "p=none; rua=mailto:a@x.com!1!2", "; p=none" },
	{ "p=none; rua=mailto:a%2Cb@x.com",
		"; p=none; rua=mailto:a%2Cb@x.com" },
	{ "p=none; rua=mailto:a%2@x.com", "; p=none" },
	{ "p=none; rua=mailto:a@x.com%", "; p=none" },
	{ "p=none; rua=mailto:a b@x.com", "; p=none" },
	{ "p=none; rua=mailto:@x.com", "; p=none" },
	{ "p=none; rua=mailto:a@", "; p=none" },
	{ "p=none; rua=mailto:a@b@x.com", "; p=none" },
	{ "p=none; rua=mailto:a@x.com?subject=r",
		"; p=none; rua=mailto:a@x.com?subject=r" },
	{ "p=none; rua=mailto:?to=a@x.com", "; p=none" },
	{ "p=none; rua=,,mailto:a@x.com,", "; p=none" RUA },
	{ "p=none; rua=https://x.com,mailto:a@x.com,ftp:x", "; p=none" RUA },
	{ "p=none; rua=:a@x.com,1:a@x.com,m lto:a@x.com", "; p=none" },
	{ "p=none; rua=<mailto:a@x.com>", "; p=none" },
	{ "p=none; rua=mailto:a@x.com; rua=mailto:b@x.com", "; p=none" },
	{ "p=none; ruf=mailto:a@x.com,bad", "; p=none; ruf=mailto:a@x.com" },
	/* fo. */
	{ "p=none; fo=1", "; p=none" },
	{ "p=none; fo=1; ruf=https://x.com/", "; p=none" },
	{ "p=none; fo=1; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com; fo=1" },
	{ "p=none; fo=s:D:0; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com; fo=0:d:s" },
	{ "p=none; fo=d; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com; fo=d" },
	{ "p=none; fo=0:1; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com" },
	{ "p=none; fo=1:1; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com" },
	{ "p=none; fo=1:; ruf=mailto:a@x.com", "; p=none; ruf=mailto:a@x.com" },
	{ "p=none; fo=1,d; ruf=mailto:a@x.com",
		"; p=none; ruf=mailto:a@x.com" },
	{ "p=none; fo=x; ruf=mailto:a@x.com", "; p=none; ruf=mailto:a@x.com" },
};

static void
check_row(const struct row *row)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct dmarc_record record, again;
	struct str wanted;

	sb_addf(&sb, "v=DMARC1%s", row->text);
	wanted = sb_done(&sb);
	sb = sb_new(arena);
	sb_addf(&sb, "v=DMARC1;%s", row->tags);
	assert_int_equal(record_parse(arena, sb_done(&sb), &record), 0);
	if (!str_eq(record.text, wanted))
		fail_msg("%s: %s", row->tags, record.text.p);
	assert_int_equal(record.applies,
		memmem(wanted.p, wanted.n, "; p=", 4) != NULL);
	/* Normalising is the end of it. */
	assert_int_equal(record_parse(arena, record.text, &again), 0);
	assert_str(again.text, record.text.p);
	arena_free(arena);
}

static void
broken_and_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void
policies_fall_back(void **state)
{
	struct arena *arena = arena_new(0);
	struct dmarc_record r;

	(void)state;
	assert_int_equal(record_parse(arena, STR("v=DMARC1;p=reject"), &r), 0);
	assert_int_equal(r.sp, DMARC_POLICY_REJECT);
	assert_int_equal(r.np, DMARC_POLICY_REJECT);
	assert_false(r.sp_given || r.np_given);
	assert_int_equal(record_parse(arena,
		STR("v=DMARC1;p=reject;sp=quarantine"), &r), 0);
	assert_int_equal(r.p, DMARC_POLICY_REJECT);
	assert_int_equal(r.sp, DMARC_POLICY_QUARANTINE);
	assert_int_equal(r.np, DMARC_POLICY_QUARANTINE);
	assert_int_equal(record_parse(arena,
		STR("v=DMARC1;p=none;np=reject"), &r), 0);
	assert_int_equal(r.sp, DMARC_POLICY_NONE);
	assert_int_equal(r.np, DMARC_POLICY_REJECT);
	assert_int_equal(record_parse(arena,
		STR("v=DMARC1;p=reject;sp=x;np=reject;rua=mailto:a@x"), &r),
		0);
	assert_true(r.applies);
	assert_int_equal(r.p, DMARC_POLICY_NONE);
	assert_int_equal(r.sp, DMARC_POLICY_NONE);
	assert_int_equal(r.np, DMARC_POLICY_NONE);
	assert_int_equal(record_parse(arena, STR("p=none"), &r), ERR_SYNTAX);
	arena_free(arena);
}

static void
bits_of_fo(void **state)
{
	struct arena *arena = arena_new(0);
	struct dmarc_record r;

	(void)state;
	assert_int_equal(record_parse(arena,
		STR("v=DMARC1;p=none;ruf=mailto:a@x;fo=1:d:s"), &r), 0);
	assert_int_equal(r.fo, FO_ANY | FO_DKIM | FO_SPF);
	assert_int_equal(r.ruf.count, 1);
	assert_int_equal(record_parse(arena, STR("v=DMARC1;fo=1"), &r), 0);
	assert_int_equal(r.fo, FO_ALL);
	arena_free(arena);
}

/* 64 KB are what a TXT record can hold. */
static void
largest_record(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct dmarc_record r;

	(void)state;
	sb_addz(&sb, "v=DMARC1; p=reject; rua=mailto:a@x.com");
	while (sb.n < 65000)
		sb_addz(&sb, ",mailto:a@x.com");
	assert_int_equal(record_parse(arena, sb_done(&sb), &r), 0);
	assert_true(r.rua.count > 4000);
	sb = sb_new(arena);
	sb_addz(&sb, "v=DMARC1; p=reject; ");
	while (sb.n < 65000)
		sb_addz(&sb, "p;");
	assert_int_equal(record_parse(arena, sb_done(&sb), &r), 0);
	assert_false(r.applies);
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	int err = ERR_NOMEM;
	size_t limit = 1;

	(void)state;
	for (; err == ERR_NOMEM; limit += 16) {
		struct arena *arena = arena_new(limit);
		struct dmarc_record r;

		err = record_parse(arena, STR("v=DMARC1; p=reject; "
			"rua=mailto:a@x,mailto:b@x; ruf=mailto:c@x"), &r);
		arena_free(arena);
	}
	assert_int_equal(err, 0);
	assert_true(limit > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_comes_first),
		cmocka_unit_test(broken_and_whole),
		cmocka_unit_test(policies_fall_back),
		cmocka_unit_test(bits_of_fo),
		cmocka_unit_test(largest_record),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
