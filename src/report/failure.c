#include "report/failure.h"

#include "base/strbuf.h"
#include "report/arf.h"
#include "report/deliver.h"
#include "report/digest.h"
#include "report/exclude.h"
#include "report/mail.h"

enum {
	UNIQUE_DIGITS = 24,
	SPF_WAIT = 2000, /* ms; a transaction is open meanwhile */
};

/* The incidents that are alike, in an arena of their own. */
struct group {
	struct reporter *r;
	struct arena *arena;
	bool found, readable;
	struct str likeness;
	struct str place; /* of the first, for the id */
	struct line line; /* the first */
	int64_t incidents;
	struct str unique; /* the id */
	struct str redact_key; /* empty: no redaction */
	struct failure_counts *counts;
};

static int
take_incident(void *arg, const struct value *columns)
{
	struct group *g = arg;
	struct strbuf place = sb_new(g->arena);
	enum line_verdict verdict;
	int err;

	g->likeness = arena_copy(g->arena, columns[0].text);
	sb_addf(&place, "%.*s %.*s %lld", STR_ARG(columns[1].text),
		STR_ARG(columns[2].text), (long long)columns[3].number);
	g->place = sb_done(&place);
	if (g->likeness.p == NULL || g->place.p == NULL)
		return ERR_NOMEM;
	err = line_parse(g->arena, columns[4].text, &g->line, &verdict);
	g->found = true;
	/* Else another version wrote it, and nobody is told. */
	g->readable = verdict == LINE_GOOD;
	return err;
}

static int
find_incidents(struct group *g)
{
	int err = store_each(g->r->store,
		"SELECT likeness, host, name, position, line FROM incidents "
		"WHERE report = '' AND line <> '' "
		"ORDER BY seen, host, name, position LIMIT 1", NO_PARAMS,
		take_incident, g);

	if (err < 0 || !g->found)
		return err;
	return store_number(g->r->store, "SELECT COUNT(*) FROM incidents "
		"WHERE likeness = $1 AND report = ''",
		PARAMS(TEXT(g->likeness)), 0, &g->incidents);
}

static int
mark(struct group *g, struct str report)
{
	int err = store_run(g->r->store, "UPDATE incidents SET report = $1, "
		"line = '' WHERE likeness = $2 AND report = ''",
		PARAMS(TEXT(report), TEXT(g->likeness)));

	return err < 0 ? err : 0;
}

/* Those of the destinations that may still be told this hour. */
static int
choose(struct group *g, const struct exclusions *exclusions,
	struct destinations *to)
{
	size_t kept = 0;
	int err = destinations_parse(g->arena, &g->line.ruf, to);

	/* A registry is not told of its customers' mail: RFC 9991. */
	if (err < 0 || g->line.suffix ||
		excludes_domain(exclusions, g->line.policy.domain))
		to->count = 0;
	for (size_t i = 0; err == 0 && i < to->count; i++) {
		int64_t sent;

		err = store_number(g->r->store, "SELECT COUNT(*) "
			"FROM deliveries WHERE kind = 'failure' "
			"AND destination = $1 AND made > $2",
			PARAMS(TEXT(to->list[i].address),
				INT(g->r->now - SECONDS_PER_HOUR)), 0, &sent);
		if (sent < g->r->settings->conf.failure_limit &&
			!excludes_destination(exclusions, &to->list[i]))
			to->list[kept++] = to->list[i];
	}
	to->count = kept;
	return err;
}

static int
take_key(void *arg, const struct value *columns)
{
	struct group *g = arg;

	g->redact_key = arena_copy(g->arena, columns[0].text);
	return g->redact_key.p != NULL ? 0 : ERR_NOMEM;
}

/* The key for redaction: made once, kept in the database. */
static int
find_redact_key(struct group *g)
{
	struct str fresh = digest_random(g->arena);
	int err;

	if (!g->r->settings->conf.redact)
		return 0;
	if (fresh.p == NULL)
		return ERR_NOMEM;
	err = store_run(g->r->store, "INSERT INTO secrets (name, value) "
		"VALUES ('redact', $1) ON CONFLICT (name) DO NOTHING",
		PARAMS(TEXT(fresh)));
	return err < 0 ? err : store_each(g->r->store, "SELECT value "
		"FROM secrets WHERE name = 'redact'", NO_PARAMS, take_key, g);
}

/* The SPF record that the message failed by, if it can still be had. */
static struct str
spf_record(struct group *g)
{
	struct dns_scope dns = { .dns = g->r->dns, .arena = g->arena,
		.budget = SPF_WAIT };
	const struct line_spf *spf = &g->line.tuple.spf;
	const struct dns_answer *answer;

	if (spf->result.n == 0 || str_eq(spf->result, STR("pass")) ||
		spf->domain.n == 0)
		return (struct str){ NULL, 0 };
	answer = dns_lookup(&dns, spf->domain, DNS_TXT);
	for (size_t i = 0; i < answer->count; i++)
		if (str_istarts(answer->records[i].data, STR("v=spf1")))
			return answer->records[i].data;
	return (struct str){ NULL, 0 };
}

static int
store_report(struct group *g, struct str entity)
{
	int err = store_run(g->r->store,
		"INSERT INTO reports (id, kind, domain, submitter, begins, "
		"ends, made, messages, state, data) VALUES ($1, 'failure', "
		"$2, $3, $4, $4, $5, $6, $7, $8)", PARAMS(TEXT(g->unique),
		TEXT(g->line.policy.domain), TEXT(g->r->settings->submitter),
		INT(g->line.time), INT(g->r->now), INT(g->incidents),
		TEXT(STR(REPORT_READY)), BYTES(entity)));

	return err < 0 ? err : 0;
}

static int
make_report(struct group *g, const struct destinations *to)
{
	struct arf arf = { .line = &g->line, .incidents = g->incidents,
		.reporter = g->r->settings->submitter };
	struct str entity;
	int err = find_redact_key(g);

	g->unique = str_first(digest(g->arena, &g->place, 1), UNIQUE_DIGITS);
	if (err == 0 && g->unique.p == NULL)
		err = ERR_NOMEM;
	if (err < 0)
		return err;
	arf.redact_key = g->redact_key;
	arf.spf_record = spf_record(g);
	arf.unique = g->unique;
	entity = arf_write(g->arena, &arf);
	err = entity.p != NULL ? store_report(g, entity) : ERR_NOMEM;
	for (size_t i = 0; err == 0 && i < to->count; i++)
		err = deliver_add(g->r, &(struct delivery){
			.report = g->unique, .destination = to->list[i].address,
			.kind = KIND_FAILURE,
			.domain = g->line.policy.domain });
	g->counts->made++;
	return err < 0 ? err : mark(g, g->unique);
}

/* Within a transaction. */
static int
make_one(struct group *g)
{
	struct exclusions exclusions;
	struct destinations to = { .count = 0 };
	int err = exclude_load(g->r, &exclusions);

	if (err == 0)
		err = find_incidents(g);
	if (err < 0 || !g->found)
		return err;
	if (g->readable && g->line.time > g->r->now - FAILURE_AGE_MAX)
		err = choose(g, &exclusions, &to);
	if (err < 0)
		return err;
	if (to.count > 0)
		return make_report(g, &to);
	g->counts->suppressed += g->incidents;
	return mark(g, STR("-"));
}

/* 1 when there was one, 0 when there is none left. */
static int
next_group(struct reporter *r, struct failure_counts *counts)
{
	struct group g = { .r = r, .arena = arena_new(0), .counts = counts };
	int err = g.arena != NULL ? store_begin(r->store) : ERR_NOMEM;

	if (err == 0)
		err = store_end(r->store, make_one(&g));
	arena_free(g.arena);
	return err == 0 ? g.found : err;
}

int
failure_all(struct reporter *r, struct failure_counts *ret)
{
	int err = 1;

	*ret = (struct failure_counts){ .made = 0 };
	for (int i = 0; err == 1 && i < FAILURE_GROUPS_MAX; i++)
		err = next_group(r, ret);
	if (err == 1)
		err = store_run(r->store, "UPDATE incidents SET report = '-', "
			"line = '' WHERE report = ''", NO_PARAMS);
	if (err > 0)
		ret->suppressed += err;
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	return err < 0 ? err : 0;
}
