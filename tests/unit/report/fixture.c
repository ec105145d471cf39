#include "unit/report/fixture.h"

#include "base/log.h"

#include <errno.h>

static void
silent(enum log_level level, const char *line, const struct log_field *fields,
	size_t count)
{
	(void)level;
	(void)line;
	(void)fields;
	(void)count;
}

const char *
fixture_path(struct fixture *f, const char *name)
{
	struct strbuf sb = sb_new(f->r.arena);

	sb_addf(&sb, "%s/%s", f->directory, name);
	assert_non_null(sb_done(&sb).p);
	return sb.p;
}

void
fixture_write(struct fixture *f, const char *name, struct str text)
{
	write_file(fixture_path(f, name), text, 0600);
}

void
fixture_open(struct fixture *f, const char *zone)
{
	unsigned line = 0;

	log_use(silent);
	*f = (struct fixture){ .directory = "/tmp/mailvet-report-XXXXXX",
		.common = { .deadline = 200 } };
	assert_non_null(mkdtemp(f->directory));
	f->r.arena = arena_new(0);
	assert_non_null(f->r.arena);
	f->r.now = NOW;
	f->r.settings = &f->settings;
	f->r.dmarc = &f->dmarc;
	f->r.common = &f->common;
	f->dmarc.journal_directory = fixture_path(f, "dmarc");
	f->dmarc.failure_directory = fixture_path(f, "failure");
	assert_int_equal(mkdir(f->dmarc.journal_directory, 0700), 0);
	assert_int_equal(mkdir(f->dmarc.failure_directory, 0700), 0);
	f->settings = (struct report_settings){
		.conf = { .from = "dmarc@home.example",
			.database = fixture_path(f, "report.db"),
			.schema = "src/report/aggregate-report.rng",
			.aggregate = true, .failure_limit = 3,
			.keep_days = 30, .keep_journal_days = 7 },
		.sender = STR("dmarc@home.example"),
		.submitter = STR("home.example"),
		.organization = STR("Home & Co."),
		.host = STR("mx1.home.example"),
		.submit_host = "127.0.0.1", .submit_port = 1 };
	fixture_write(f, "zone", str_of(zone));
	assert_int_equal(dns_open_zone(fixture_path(f, "zone"), &f->r.dns,
		&line), 0);
	assert_int_equal(store_open(f->r.arena,
		str_of(f->settings.conf.database), &f->r.store), 0);
}

void
fixture_close(struct fixture *f)
{
	char command[64];

	store_close(f->r.store);
	dns_close(f->r.dns);
	arena_free(f->r.arena);
	snprintf(command, sizeof(command), "rm -rf %s", f->directory);
	assert_int_equal(system(command), 0);
}

int64_t
fixture_number(struct fixture *f, const char *sql)
{
	int64_t number;

	if (store_number(f->r.store, sql, NO_PARAMS, -1, &number) != 0)
		fail_msg("%s: %s", sql, store_why(f->r.store));
	return number;
}

struct copying {
	struct arena *arena;
	struct str text;
};

static int
copy_text(void *arg, const struct value *columns)
{
	struct copying *c = arg;

	c->text = arena_copy(c->arena, columns[0].text);
	return ERR_ABSENT; /* enough */
}

struct str
fixture_text(struct fixture *f, const char *sql)
{
	struct copying c = { f->r.arena, STR("") };
	int err = store_each(f->r.store, sql, NO_PARAMS, copy_text, &c);

	if (err != 0 && err != ERR_ABSENT)
		fail_msg("%s: %s", sql, store_why(f->r.store));
	return c.text;
}

struct line
fixture_line(struct fixture *f, const char *json)
{
	enum line_verdict verdict;
	struct line line;

	assert_int_equal(line_parse(f->r.arena, str_of(json), &line, &verdict),
		0);
	if (verdict != LINE_GOOD)
		fail_msg("not a line: %s", json);
	return line;
}

bool
str_has(struct str text, const char *part)
{
	return text.p != NULL &&
		memmem(text.p, text.n, part, strlen(part)) != NULL;
}
