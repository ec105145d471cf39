#include "report/aggregate.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "report/deliver.h"
#include "report/digest.h"
#include "report/exclude.h"
#include "report/gzip.h"
#include "report/journal_read.h"
#include "report/mail.h"
#include "report/message.h"
#include "report/schema.h"
#include "report/xml.h"

#include <stdlib.h>

enum {
	UNIQUE_DIGITS = 24,
	PAGE = 500, /* tuples read at a time; each may have 64 KB */
	PATIENCE = SECONDS_PER_DAY, /* with a host that does not import */
	XML_MAX = 256 * 1024 * 1024,
};

/* Messages of one day under one policy. */
struct group {
	int64_t day;
	struct str domain, policy; /* the digest of it */
	struct str published, rua;
	bool found;
};

/* All reports that are due, one after the other. */
struct series {
	struct reporter *r;
	const struct schema *schema;
	struct exclusions exclusions;
	int64_t before;	   /* the first day that is not over */
	struct group last; /* where the search goes on */
	struct aggregate_counts counts;
};

/* A report being made, in an arena of its own. */
struct making {
	struct reporter *r;
	struct arena *arena;
	struct group group;
	struct xml_record *records;
	size_t count, room, bytes;
	struct str last; /* digest of the last tuple taken */
	int64_t messages;
	struct report_name name;
	struct str xml, gzipped;
};

static int
take_group(void *arg, const struct value *columns)
{
	struct making *m = arg;
	struct group *g = &m->group;

	g->found = true;
	g->day = columns[0].number;
	g->domain = arena_copy(m->arena, columns[1].text);
	g->policy = arena_copy(m->arena, columns[2].text);
	g->published = arena_copy(m->arena, columns[3].text);
	g->rua = arena_copy(m->arena, columns[4].text);
	return g->domain.p != NULL && g->policy.p != NULL &&
		g->published.p != NULL && g->rua.p != NULL ? 0 : ERR_NOMEM;
}

/* The next messages that nobody reported yet, from where the last ones were;
 * these too may have left some. */
static int
find_group(struct making *m, const struct series *s)
{
	return store_each(m->r->store,
		"SELECT day, domain, digest, published, rua FROM policies "
		"WHERE (day, domain, digest) >= ($1, $2, $3) AND day < $4 "
		"AND rua <> '' AND EXISTS (SELECT 1 FROM tuples "
		"WHERE tuples.day = policies.day "
		"AND tuples.domain = policies.domain "
		"AND tuples.policy = policies.digest AND report = '') "
		"ORDER BY day, domain, digest LIMIT 1",
		PARAMS(INT(s->last.day), TEXT(s->last.domain),
			TEXT(s->last.policy), INT(s->before)), take_group, m);
}

static int
take_tuple(void *arg, const struct value *columns)
{
	struct making *m = arg;
	struct xml_record *record;

	if (m->count == m->room) {
		size_t room = m->room > 0 ? m->room * 2 : 64;

		m->records = arena_grow(m->arena, m->records,
			m->room * sizeof(*record), room * sizeof(*record));
		if (m->records == NULL)
			return ERR_NOMEM;
		m->room = room;
	}
	record = &m->records[m->count];
	m->last = arena_copy(m->arena, columns[0].text);
	record->tuple = arena_copy(m->arena, columns[1].text);
	if (record->tuple.p == NULL || m->last.p == NULL)
		return ERR_NOMEM;
	record->messages = columns[2].number;
	m->messages += record->messages;
	m->bytes += columns[1].text.n;
	m->count++;
	/* Enough: what is beyond m->last is for another report. */
	return m->count < AGGREGATE_RECORDS_MAX &&
		m->bytes < AGGREGATE_BYTES_MAX ? 0 : ERR_LIMIT;
}

/* What there is most of comes first; no two tuples are equal. */
static int
compare_records(const void *left, const void *right)
{
	const struct xml_record *a = left, *b = right;

	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return strcmp(a->tuple.p, b->tuple.p);
}

static int
load_records(struct making *m)
{
	const struct group *g = &m->group;
	size_t before;
	int err;

	m->last = STR("");
	do {
		before = m->count;
		err = store_each(m->r->store,
			"SELECT digest, data, messages FROM tuples "
			"WHERE day = $1 AND domain = $2 AND policy = $3 "
			"AND report = '' AND digest > $4 "
			"ORDER BY digest LIMIT $5", PARAMS(INT(g->day),
			TEXT(g->domain), TEXT(g->policy), TEXT(m->last),
			INT(PAGE)), take_tuple, m);
	} while (err == 0 && m->count == before + PAGE);
	if (m->count > 0)
		qsort(m->records, m->count, sizeof(*m->records),
			compare_records);
	return err == ERR_LIMIT ? 0 : err;
}

/*
 * The id comes out of the report: made again from the same journal, it is the
 * same.  before counts the reports of that day, so that two late messages that
 * are alike do not share one.
 */
static int
make_name(struct making *m)
{
	const struct report_settings *settings = m->r->settings;
	const struct group *g = &m->group;
	struct strbuf sb = sb_new(m->arena);
	struct str parts[2];
	int64_t before;
	int err = store_number(m->r->store, "SELECT COUNT(*) FROM reports "
		"WHERE domain = $1 AND begins = $2 AND kind = 'aggregate'",
		PARAMS(TEXT(g->domain), INT(g->day)), 0, &before);

	if (err < 0)
		return err;
	sb_addf(&sb, "%.*s %.*s %.*s %.*s %lld %lld", STR_ARG(settings->host),
		STR_ARG(settings->submitter), STR_ARG(g->domain),
		STR_ARG(g->policy), (long long)g->day, (long long)before);
	for (size_t i = 0; i < m->count; i++) {
		sb_addf(&sb, "\n%lld ", (long long)m->records[i].messages);
		sb_add(&sb, m->records[i].tuple);
	}
	parts[0] = sb_done(&sb);
	if (parts[0].p == NULL)
		return ERR_NOMEM;
	m->name = (struct report_name){
		.submitter = settings->submitter, .domain = g->domain,
		.unique = str_first(digest(m->arena, parts, 1), UNIQUE_DIGITS),
		.begins = g->day, .ends = g->day + SECONDS_PER_DAY - 1,
	};
	return m->name.unique.p != NULL ? 0 : ERR_NOMEM;
}

static int
make_xml(struct making *m)
{
	const struct report_settings *settings = m->r->settings;
	struct xml_report report = {
		.organization = settings->organization,
		.email = settings->sender,
		.contact = str_of(settings->conf.contact),
		.id = m->name.unique,
		.begins = m->name.begins, .ends = m->name.ends,
		.records = m->records, .count = m->count,
	};
	int err = policy_from_text(m->arena, m->group.published,
		&report.policy);

	return err < 0 ? err : xml_write(m->arena, &report, &m->xml);
}

/* Shout: a report that does not satisfy the schema is a bug of ours. */
static const char *
validate(struct making *m, const struct schema *schema)
{
	struct str why;

	if (schema_valid(schema, m->arena, m->xml, &why))
		return REPORT_READY;
	log_text(LEVEL_ERROR, "report %.*s about %.*s does not satisfy the "
		"schema and is not sent; please report this: %.*s",
		STR_ARG(m->name.unique), STR_ARG(m->name.domain),
		STR_ARG(why));
	return REPORT_INVALID;
}

static int
store_report(struct making *m, const char *state)
{
	int err = store_run(m->r->store,
		"INSERT INTO reports (id, kind, domain, submitter, begins, "
		"ends, made, messages, state, data) VALUES ($1, 'aggregate', "
		"$2, $3, $4, $5, $6, $7, $8, $9)", PARAMS(TEXT(m->name.unique),
		TEXT(m->name.domain), TEXT(m->name.submitter),
		INT(m->name.begins), INT(m->name.ends), INT(m->r->now),
		INT(m->messages), TEXT(str_of(state)), BYTES(m->gzipped)));

	return err < 0 ? err : 0;
}

/* These messages are in the report now. */
static int
mark_tuples(struct making *m, struct str report)
{
	const struct group *g = &m->group;
	int err = store_run(m->r->store, "UPDATE tuples SET report = $1 "
		"WHERE day = $2 AND domain = $3 AND policy = $4 "
		"AND report = '' AND digest <= $5", PARAMS(TEXT(report),
		INT(g->day), TEXT(g->domain), TEXT(g->policy), TEXT(m->last)));

	return err < 0 ? err : 0;
}

static int
add_deliveries(struct making *m)
{
	struct line_uris uris;
	struct destinations all;
	int err = uris_from_text(m->arena, m->group.rua, &uris);

	if (err == 0)
		err = destinations_parse(m->arena, &uris, &all);
	for (size_t i = 0; err == 0 && i < all.count; i++)
		err = deliver_add(m->r, &(struct delivery){
			.report = m->name.unique,
			.destination = all.list[i].address,
			.kind = KIND_AGGREGATE, .domain = m->name.domain });
	return err;
}

static int
make_report(struct making *m, struct series *s)
{
	const char *state = REPORT_READY;
	int err = make_name(m);

	if (err == 0)
		err = make_xml(m);
	if (err == 0)
		err = gzip_pack(m->arena, m->xml, &m->gzipped);
	if (err == 0) {
		state = validate(m, s->schema);
		err = store_report(m, state);
	}
	if (err == 0)
		err = mark_tuples(m, m->name.unique);
	if (err == 0 && strcmp(state, REPORT_READY) == 0)
		err = add_deliveries(m);
	if (err == 0 && strcmp(state, REPORT_READY) == 0)
		s->counts.made++;
	else if (err == 0)
		s->counts.invalid++;
	return err;
}

/* Within a transaction: the group into a report, or out of the way. */
static int
make_one(struct making *m, struct series *s)
{
	int err = load_records(m);

	if (err < 0 || m->count == 0)
		return err;
	if (excludes_domain(&s->exclusions, m->group.domain))
		return mark_tuples(m, STR("-"));
	err = make_report(m, s);
	if (err != ERR_SYNTAX)
		return err;
	/* Nothing is written yet, and the others need not suffer. */
	log_text(LEVEL_ERROR, "what the database has about %.*s cannot be "
		"read, and is not reported", STR_ARG(m->group.domain));
	s->counts.invalid++;
	return mark_tuples(m, STR("-"));
}

/* Where to go on; what is remembered must outlive the report. */
static int
remember(struct series *s, const struct group *group)
{
	s->last.day = group->day;
	s->last.domain = arena_copy(s->r->arena, group->domain);
	s->last.policy = arena_copy(s->r->arena, group->policy);
	return s->last.domain.p != NULL && s->last.policy.p != NULL ? 0 :
		ERR_NOMEM;
}

/* 1 when there was a group, 0 when there is none left. */
static int
next_group(struct series *s)
{
	struct making m = { .r = s->r, .arena = arena_new(0) };
	int err = m.arena != NULL ? store_begin(s->r->store) : ERR_NOMEM;

	if (err == 0) {
		err = find_group(&m, s);
		if (err == 0 && m.group.found)
			err = make_one(&m, s);
		err = store_end(s->r->store, err);
	}
	if (err == 0 && m.group.found)
		err = remember(s, &m.group);
	arena_free(m.arena);
	return err == 0 ? m.group.found : err;
}

/*
 * The first day that is not over yet, or that a host may still know more of.
 * A host that has not imported for a day is not waited for.
 */
static int
first_open_day(struct reporter *r, int64_t *ret)
{
	int64_t settled = r->now - JOURNAL_SETTLE;
	int err = store_number(r->store, "SELECT COALESCE(MIN(imported), $1) "
		"FROM hosts WHERE imported > $2",
		PARAMS(INT(settled), INT(r->now - PATIENCE)), settled, ret);

	if (*ret > settled)
		*ret = settled;
	*ret -= *ret % SECONDS_PER_DAY;
	return err;
}

static int
make_all(struct series *s)
{
	int64_t today = s->r->now - s->r->now % SECONDS_PER_DAY;
	int err = first_open_day(s->r, &s->before);

	s->last = (struct group){ .domain = STR(""), .policy = STR(""),
		.day = today - AGGREGATE_DAYS_MAX * SECONDS_PER_DAY };
	if (err == 0)
		err = exclude_load(s->r, &s->exclusions);
	if (err == 0)
		do
			err = next_group(s);
		while (err == 1);
	if (err == ERR_LIBRARY)
		reporter_store_error(s->r);
	return err;
}

int
aggregate_all(struct reporter *r, struct aggregate_counts *ret)
{
	const char *path = r->settings->conf.schema;
	struct series s = { .r = r };
	struct schema *schema;
	int err = schema_load(r->arena, path, &schema);

	if (err == 0) {
		s.schema = schema;
		err = make_all(&s);
	} else {
		log_text(LEVEL_ERROR, "%s: cannot be used as the schema of "
			"reports, so none is made", path);
	}
	*ret = s.counts;
	return err;
}

static int
unpack_report(void *arg, const struct value *columns)
{
	struct making *m = arg;

	return gzip_unpack(m->arena, columns[0].text, XML_MAX, &m->xml);
}

/* What is not in a report yet, as it would be. */
static int
preview_next(struct making *m, struct str domain)
{
	int err = store_each(m->r->store,
		"SELECT day, domain, digest, published, rua FROM policies "
		"WHERE domain = $1 AND EXISTS (SELECT 1 FROM tuples "
		"WHERE tuples.day = policies.day "
		"AND tuples.domain = policies.domain "
		"AND tuples.policy = policies.digest AND report = '') "
		"ORDER BY day DESC, seen DESC LIMIT 1",
		PARAMS(TEXT(domain)), take_group, m);

	if (err < 0 || !m->group.found)
		return err;
	err = load_records(m);
	if (err == 0)
		err = make_name(m);
	return err == 0 ? make_xml(m) : err;
}

int
aggregate_preview(struct reporter *r, struct str domain, struct str *ret)
{
	struct making m = { .r = r, .arena = r->arena };
	int err = preview_next(&m, domain);

	if (err == 0 && m.xml.p == NULL)
		err = store_each(r->store, "SELECT data FROM reports "
			"WHERE domain = $1 AND kind = 'aggregate' "
			"ORDER BY begins DESC, made DESC, id LIMIT 1",
			PARAMS(TEXT(domain)), unpack_report, &m);
	if (err == 0 && m.xml.p == NULL)
		err = ERR_ABSENT;
	*ret = m.xml;
	return err;
}
