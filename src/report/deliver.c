#include "report/deliver.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "report/exclude.h"
#include "report/lease.h"
#include "report/letter.h"
#include "report/smtp.h"

/* One attempt, in an arena of its own. */
struct attempt {
	struct reporter *r;
	struct arena *arena;
	struct delivery d;
	bool found;
	bool lost;	/* the lease is another host's */
	bool no_server; /* the MTA does not answer at all */
	struct destinations to;
	struct deliver_counts *counts;
};

static const char *const kinds[] = {
	[KIND_AGGREGATE] = "aggregate",
	[KIND_FAILURE] = "failure",
};

int
deliver_add(struct reporter *r, const struct delivery *d)
{
	int err = store_run(r->store,
		"INSERT INTO deliveries (report, destination, kind, domain, "
		"made, state, owner, attempts, due, note) "
		"VALUES ($1, $2, $3, $4, $5, 'waiting', '', 0, $5, '')",
		PARAMS(TEXT(d->report), TEXT(d->destination),
			TEXT(str_of(kinds[d->kind])), TEXT(d->domain),
			INT(r->now)));

	return err < 0 ? err : 0;
}

int64_t
deliver_wait(int64_t attempts)
{
	int64_t wait = DELIVER_FIRST_WAIT;

	while (attempts-- > 1 && wait < DELIVER_LAST_WAIT)
		wait *= 2;
	return wait < DELIVER_LAST_WAIT ? wait : DELIVER_LAST_WAIT;
}

static int
take_delivery(void *arg, const struct value *columns)
{
	struct attempt *a = arg;
	struct delivery *d = &a->d;

	a->found = true;
	d->report = arena_copy(a->arena, columns[0].text);
	d->destination = arena_copy(a->arena, columns[1].text);
	d->kind = str_eq(columns[2].text, STR("failure")) ? KIND_FAILURE :
		KIND_AGGREGATE;
	d->domain = arena_copy(a->arena, columns[3].text);
	d->made = columns[4].number;
	d->state = arena_copy(a->arena, columns[5].text);
	d->attempts = columns[6].number;
	return d->report.p != NULL && d->destination.p != NULL &&
		d->domain.p != NULL && d->state.p != NULL ? 0 : ERR_NOMEM;
}

static int
find_due(struct attempt *a)
{
	return store_each(a->r->store,
		"SELECT report, destination, kind, domain, made, state, "
		"attempts FROM deliveries WHERE state IN "
		"('waiting', 'sending', 'unsure') AND due <= $1 "
		"ORDER BY due, report, destination LIMIT 1",
		PARAMS(INT(a->r->now)), take_delivery, a);
}

/* Move on to a state; the note is for people. */
static int
settle(struct attempt *a, const char *state, int64_t due, struct str note)
{
	int err = store_run(a->r->store, "UPDATE deliveries SET state = $1, "
		"due = $2, attempts = $3, note = $4 WHERE report = $5 "
		"AND destination = $6", PARAMS(TEXT(str_of(state)), INT(due),
			INT(a->d.attempts), TEXT(note), TEXT(a->d.report),
			TEXT(a->d.destination)));

	return err < 0 ? err : 0;
}

static void
say(const struct attempt *a, enum log_level level, const char *what,
	struct str note)
{
	const struct log_field fields[] = {
		{ "report", a->d.report }, { "domain", a->d.domain },
		{ "to", a->d.destination }, { "state", str_of(what) },
		{ "said", note },
	};

	log_fields(level, str_of(kinds[a->d.kind]), fields,
		sizeof(fields) / sizeof(fields[0]));
}

/* It did not work this time.  state: "waiting", or "unsure" if it may have. */
static int
postpone(struct attempt *a, const char *state, struct str note)
{
	int64_t due = a->r->now + deliver_wait(a->d.attempts);

	if (due <= a->d.made + DELIVER_SECONDS) {
		a->counts->waiting++;
		say(a, LEVEL_NOTICE, state, note);
		return settle(a, state, due, note);
	}
	a->counts->failed++;
	say(a, LEVEL_ERROR, "failed", note);
	return settle(a, "failed", a->r->now, note);
}

static int
drop(struct attempt *a, const char *state, int64_t *count, const char *why)
{
	(*count)++;
	say(a, LEVEL_NOTICE, state, str_of(why));
	return settle(a, state, a->r->now, str_of(why));
}

/*
 * A step on the way out, which only the one who has the lease may take.  1, or
 * 0 when it is lost.
 */
static int
advance(struct attempt *a, struct str from, struct str to)
{
	struct value host = TEXT(a->r->settings->host);
	int err = lease_take(a->r);

	if (err <= 0)
		return err;
	return store_run(a->r->store, "UPDATE deliveries SET state = $1, "
		"owner = $2, attempts = $3 WHERE report = $4 "
		"AND destination = $5 AND state = $6",
		PARAMS(TEXT(to), host, INT(a->d.attempts), TEXT(a->d.report),
			TEXT(a->d.destination), TEXT(from)));
}

/* The MTA has all but the dot: from here on we cannot know. */
static int
on_end(void *arg)
{
	struct attempt *a = arg;
	int err = advance(a, STR("sending"), STR("unsure"));

	a->lost = err == 0;
	return err == 1 ? 0 : ERR_LIMIT;
}

static int
transmit(struct attempt *a, struct str message)
{
	const struct report_settings *settings = a->r->settings;
	struct str to[DESTINATIONS_MAX], words;
	struct smtp_job job = { .host = settings->submit_host,
		.port = settings->submit_port, .helo = settings->host,
		.from = settings->sender,
		.to = to, .to_count = a->to.count, .message = message,
		.before_end = on_end, .arg = a };
	enum smtp_outcome outcome;
	int err;

	for (size_t i = 0; i < a->to.count; i++)
		to[i] = a->to.list[i].address;
	err = smtp_send(a->arena, &job, &outcome, &words);
	if (err < 0 || a->lost)
		return err < 0 ? err : ERR_LIMIT;
	if (outcome == SMTP_UNSURE)
		return postpone(a, "unsure", words);
	a->no_server = outcome == SMTP_NO_SERVER;
	if (outcome != SMTP_TAKEN)
		return postpone(a, "waiting", words);
	a->counts->sent++;
	say(a, LEVEL_INFO, "sent", words);
	return settle(a, "sent", a->r->now, words);
}

static int
send_it(struct attempt *a)
{
	struct str message;
	int err;

	if (str_eq(a->d.state, STR("unsure"))) {
		a->counts->again++;
		say(a, LEVEL_WARNING, "perhaps sent before, sent again",
			STR(""));
	}
	err = letter_write(a->r, a->arena, &a->d, &message);
	if (err == ERR_ABSENT)
		return drop(a, "failed", &a->counts->failed, "no such report");
	if (err < 0)
		return err;
	a->d.attempts++;
	err = advance(a, a->d.state, STR("sending"));
	if (err <= 0)
		return err < 0 ? err : ERR_LIMIT;
	return transmit(a, message);
}

/* Why the administrator does not want this any more; NULL: he does. */
static const char *
unwanted(const struct attempt *a, const struct exclusions *exclusions,
	const struct destination *d)
{
	bool wanted = a->d.kind == KIND_AGGREGATE ?
		a->r->settings->conf.aggregate : a->r->dmarc->failure_reports;

	if (!wanted)
		return "switched off";
	return excludes_domain(exclusions, a->d.domain) ||
		excludes_destination(exclusions, d) ? "excluded" : NULL;
}

/* The destination may have named others, and they may be excluded. */
static void
keep_wanted(struct attempt *a, const struct exclusions *exclusions)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->to.count; i++)
		if (!excludes_destination(exclusions, &a->to.list[i]))
			a->to.list[kept++] = a->to.list[i];
	a->to.count = kept;
}

static int
attempt(struct attempt *a, const struct exclusions *exclusions)
{
	struct dns_scope dns = { .dns = a->r->dns, .arena = a->arena,
		.budget = a->r->common->deadline };
	struct strbuf uri = sb_new(a->arena);
	struct agreement agreement;
	struct destination d;
	const char *why;
	int err;

	sb_addf(&uri, "mailto:%.*s", STR_ARG(a->d.destination));
	err = destination_parse(a->arena, sb_done(&uri), &d);
	if (err == ERR_SYNTAX)
		return drop(a, "failed", &a->counts->failed, "no address");
	if (err < 0)
		return err;
	why = unwanted(a, exclusions, &d);
	if (why != NULL)
		return drop(a, "excluded", &a->counts->excluded, why);
	err = destination_verify(&dns, a->d.domain, &d, a->d.kind,
		&agreement);
	if (err < 0)
		return err;
	if (agreement.consent == CONSENT_DENIED)
		return drop(a, "denied", &a->counts->denied,
			"has no record that allows reports about this domain");
	if (agreement.consent == CONSENT_UNKNOWN) {
		a->d.attempts++;
		return postpone(a, "waiting", STR("the DNS does not answer"));
	}
	a->to = agreement.to;
	keep_wanted(a, exclusions);
	if (a->to.count == 0)
		return drop(a, "excluded", &a->counts->excluded, "excluded");
	return send_it(a);
}

/* 1 when there was one due, 0 when there is none left. */
static int
next_delivery(struct reporter *r, const struct exclusions *exclusions,
	struct deliver_counts *counts)
{
	struct attempt a = { .r = r, .arena = arena_new(0), .counts = counts };
	int err = a.arena != NULL ? lease_take(r) : ERR_NOMEM;

	if (err == 0)
		err = ERR_LIMIT;
	if (err > 0)
		err = find_due(&a);
	if (err == 0 && a.found)
		err = attempt(&a, exclusions);
	if (err == 0 && a.no_server) {
		/* It would not for the next one either, and that takes time. */
		log_text(LEVEL_WARNING, "the MTA %s, port %u, does not answer; "
			"what is left waits", r->settings->submit_host,
			r->settings->submit_port);
		a.found = false;
	}
	arena_free(a.arena);
	return err == 0 ? a.found : err;
}

int
deliver_all(struct reporter *r, struct deliver_counts *ret)
{
	struct exclusions exclusions;
	int err = exclude_load(r, &exclusions);

	*ret = (struct deliver_counts){ .sent = 0 };
	if (err == 0)
		do
			err = next_delivery(r, &exclusions, ret);
		while (err == 1);
	if (err == ERR_LIMIT)
		log_text(LEVEL_NOTICE, "another host has taken over sending");
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	return err;
}
