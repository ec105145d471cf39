/* Which override holds for a message. */
#include "unit/dmarc/directory.h"

#include "dmarc/table.h"

struct row {
	const char *table;
	const char *list_id; /* NULL: no field */
	const char *mail_from, *helo, *dkim; /* that pass; or NULL */
	int wanted; /* index in the table; -1: none */
};

#define FROM "a.b.example.org" /* the author domain of all rows */
#define CLIENT "192.0.2.10"

static const struct row rows[] = {
	{ "", NULL, NULL, NULL, NULL, -1 },
	/* from: */
	{ "none from:a.b.example.org", NULL, NULL, NULL, NULL, 0 },
	{ "none from:A.B.Example.ORG.", NULL, NULL, NULL, NULL, 0 },
	{ "none from:b.example.org", NULL, NULL, NULL, NULL, -1 },
	{ "none from:.a.b.example.org", NULL, NULL, NULL, NULL, 0 },
	{ "none from:.example.org", NULL, NULL, NULL, NULL, 0 },
	{ "none from:.xample.org", NULL, NULL, NULL, NULL, -1 },
	/* client: */
	{ "none client:192.0.2.10", NULL, NULL, NULL, NULL, 0 },
	{ "none client:::ffff:192.0.2.10", NULL, NULL, NULL, NULL, 0 },
	{ "none client:192.0.2.8/29", NULL, NULL, NULL, NULL, 0 },
	{ "none client:192.0.2.0/29", NULL, NULL, NULL, NULL, -1 },
	{ "none client:2001:db8::/32", NULL, NULL, NULL, NULL, -1 },
	/* list-id: */
	{ "policy list-id:l.x.com", "<l.x.com>", NULL, NULL, NULL, 0 },
	{ "policy list-id:l.x.com", " The list <L.X.com>", NULL, NULL, NULL,
		0 },
	{ "policy list-id:l.x.com", "\"a <b> c\"\n <l.x.com>\n", NULL, NULL,
		NULL, 0 },
	{ "policy list-id:l.x.com", " l.x.com ", NULL, NULL, NULL, 0 },
	{ "policy list-id:l.x.com", "<l.x.com", NULL, NULL, NULL, 0 },
	{ "policy list-id:.x.com", "<l.x.com>", NULL, NULL, NULL, 0 },
	{ "policy list-id:l.x.com", "<m.x.com>", NULL, NULL, NULL, -1 },
	{ "policy list-id:l.x.com", "l.x.com <m.x.com>", NULL, NULL, NULL,
		-1 },
	{ "policy list-id:l.x.com", "", NULL, NULL, NULL, -1 },
	{ "policy list-id:l.x.com", "<>", NULL, NULL, NULL, -1 },
	{ "policy list-id:l.x.com", NULL, NULL, NULL, NULL, -1 },
	/* forwarder: */
	{ "none forwarder:f.net", NULL, "f.net", NULL, NULL, 0 },
	{ "none forwarder:f.net", NULL, NULL, "f.net", NULL, 0 },
	{ "none forwarder:f.net", NULL, NULL, NULL, "F.net", 0 },
	{ "none forwarder:f.net", NULL, "x.f.net", "x.f.net", "x.f.net", -1 },
	{ "none forwarder:.f.net", NULL, NULL, NULL, "x.f.net", 0 },
	{ "none forwarder:f.net", NULL, NULL, NULL, NULL, -1 },
	/* All must hold; the first that does counts. */
	{ "none client:192.0.2.10 from:x.com", NULL, NULL, NULL, NULL, -1 },
	{ "none client:192.0.2.10 from:.example.org", NULL, NULL, NULL, NULL,
		0 },
	{ "none from:x.com\nreject client:192.0.2.10\nnone from:" FROM, NULL,
		NULL, NULL, NULL, 1 },
	{ "none list-id:l.x.com forwarder:f.net", "<l.x.com>", NULL, NULL,
		NULL, -1 },
	{ "none list-id:l.x.com forwarder:f.net", "<l.x.com>", NULL, NULL,
		"f.net", 0 },
};

static void
load(struct arena *arena, const char *text, struct overrides *ret)
{
	struct conf_errors errors = { .arena = arena };
	struct directory d;
	FILE *f;

	directory_make(&d);
	f = fopen(directory_path(&d, "t"), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	if (table_load(arena, directory_path(&d, "t"), "", &errors, ret) != 0)
		fail_msg("%s", errors.texts[0]);
	directory_remove(&d);
}

static void
check_row(const struct row *row)
{
	struct connection connection = { .arena = NULL };
	struct dkim_result sig = { .result = AUTH_PASS,
		.domain = str_of(row->dkim) };
	struct message m = { .arena = arena_new(0),
		.connection = &connection };
	struct overrides table;
	const struct override *got;

	load(m.arena, row->table, &table);
	assert_true(ipaddr_parse(STR(CLIENT), &connection.client));
	m.results.dmarc.author_domain = STR(FROM);
	m.results.spf = (struct spf_results){ .known = true,
		.mail_from = row->mail_from ? AUTH_PASS : AUTH_FAIL,
		.mail_from_domain = str_of(row->mail_from ? row->mail_from :
			"f.net"),
		.helo_known = true, .helo = row->helo ? AUTH_PASS : AUTH_NONE,
		.helo_name = str_of(row->helo ? row->helo : "f.net") };
	m.results.dkim = (struct dkim_results){ .known = true, .sigs = &sig,
		.count = 1 };
	if (row->dkim == NULL)
		sig = (struct dkim_result){ .result = AUTH_FAIL,
			.domain = STR("f.net") };
	if (row->list_id != NULL)
		assert_int_equal(headers_add(&m.headers, m.arena,
			STR("list-ID"), str_of(row->list_id)), 0);
	got = override_find(&table, &m);
	if (got != (row->wanted < 0 ? NULL : &table.list[row->wanted]))
		fail_msg("%s: %td", row->table,
			got != NULL ? got - table.list : -1);
	arena_free(m.arena);
}

static void
overrides(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overrides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
