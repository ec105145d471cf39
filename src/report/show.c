#include "report/show.h"

#include "base/strbuf.h"
#include "report/exclude.h"
#include "report/mail.h"

struct printing {
	struct reporter *r;
	FILE *out;
	int64_t rows;
};

/* Strangers' text on a terminal. */
static const char *
safe(struct printing *p, struct str text)
{
	struct strbuf sb = sb_new(p->r->arena);

	sb_add_escaped(&sb, text, 300);
	return sb_done(&sb).p != NULL ? sb.p : "?";
}

static int
print_host(void *arg, const struct value *columns)
{
	struct printing *p = arg;

	fprintf(p->out, "  %-40s %s\n", safe(p, columns[0].text),
		mail_date(columns[1].number).text);
	return 0;
}

static int
print_count(void *arg, const struct value *columns)
{
	struct printing *p = arg;

	fprintf(p->out, "  %-40s %lld\n", safe(p, columns[0].text),
		(long long)columns[1].number);
	p->rows++;
	return 0;
}

static int
print_open(void *arg, const struct value *columns)
{
	struct printing *p = arg;

	fprintf(p->out, "  %s to %s, attempts: %lld, next: %s\n    %s%s%s\n",
		safe(p, columns[0].text), safe(p, columns[1].text),
		(long long)columns[2].number,
		mail_date(columns[3].number).text, safe(p, columns[4].text),
		columns[5].text.n > 0 ? ": " : "", safe(p, columns[5].text));
	p->rows++;
	return 0;
}

int
show_status(struct reporter *r, FILE *out)
{
	static const struct {
		const char *title, *sql;
		store_row *row;
	} parts[] = {
		{ "Imported up to, by host",
			"SELECT host, imported FROM hosts ORDER BY host",
			print_host },
		{ "Messages",
			"SELECT CASE report WHEN '' THEN 'not reported yet' "
			"WHEN '-' THEN 'not to be reported' "
			"ELSE 'in a report' END AS what, "
			"CAST(SUM(messages) AS BIGINT) FROM tuples "
			"GROUP BY what ORDER BY what", print_count },
		{ "Journal lines kept aside",
			"SELECT reason, COUNT(*) FROM aside GROUP BY reason "
			"ORDER BY reason", print_count },
		{ "Reports", "SELECT kind || ', ' || state AS what, COUNT(*) "
			"FROM reports GROUP BY what ORDER BY what",
			print_count },
		{ "Deliveries", "SELECT kind || ', ' || state AS what, "
			"COUNT(*) FROM deliveries GROUP BY what ORDER BY what",
			print_count },
		{ "Waiting", "SELECT report, destination, attempts, due, "
			"state, note FROM deliveries WHERE state IN "
			"('waiting', 'sending', 'unsure') "
			"ORDER BY due, report, destination LIMIT 50",
			print_open },
	};
	struct printing p = { .r = r, .out = out };
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof(parts) / sizeof(parts[0]);
		i++) {
		fprintf(out, "%s:\n", parts[i].title);
		err = store_each(r->store, parts[i].sql, NO_PARAMS,
			parts[i].row, &p);
	}
	return err;
}

static int
print_would(void *arg, const struct value *columns)
{
	struct printing *p = arg;

	fprintf(p->out, "%-40s", safe(p, columns[0].text));
	for (int i = 1; i <= 6; i++)
		fprintf(p->out, " %10lld", (long long)columns[i].number);
	fprintf(p->out, "\n");
	return 0;
}

int
show_would(struct reporter *r, int64_t days, FILE *out)
{
	struct printing p = { .r = r, .out = out };

	fprintf(out, "%-40s %10s %10s %10s %10s %10s %10s\n", "POLICY DOMAIN",
		"MESSAGES", "FAILED", "QUARANTINE", "WOULD", "REJECT", "WOULD");
	return store_each(r->store, "SELECT domain, "
		"CAST(SUM(messages) AS BIGINT) AS seen, "
		"CAST(SUM(failed) AS BIGINT), "
		"CAST(SUM(CASE disposition WHEN 'quarantine' THEN messages "
		"ELSE 0 END) AS BIGINT), "
		"CAST(SUM(would_quarantine) AS BIGINT), "
		"CAST(SUM(CASE disposition WHEN 'reject' THEN messages "
		"ELSE 0 END) AS BIGINT), CAST(SUM(would_reject) AS BIGINT) "
		"FROM tuples WHERE day >= $1 GROUP BY domain "
		"ORDER BY seen DESC, domain", PARAMS(INT(r->now -
		r->now % SECONDS_PER_DAY - (days - 1) * SECONDS_PER_DAY)),
		print_would, &p);
}

int
show_exclusions(struct reporter *r, FILE *out)
{
	struct exclusions all;
	int err = exclude_load(r, &all);

	for (size_t i = 0; err == 0 && i < all.count; i++)
		fprintf(out, "%.*s\n", STR_ARG(all.targets[i]));
	return err;
}
