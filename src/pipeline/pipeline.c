#include "pipeline/pipeline.h"

#include "mail/address.h"
#include "pipeline/direction.h"

#include <stdlib.h>

enum { CONNECTION_LIMIT = 64 * 1024 /* bytes that it may take */ };

struct pipeline {
	struct snapshot *snapshot;
	struct connection connection;
	struct message *message;      /* NULL between messages */
	unsigned filters;	      /* how many the program has */
	unsigned wanted;	      /* bit i: filter i may want mail here */
	unsigned active;	      /* bit i: filter i works on the message */
	unsigned hungry;	      /* bit i: filter i takes more body */
	void *sessions[FILTERS_MAX];  /* of the active filters */
	bool header_ended;	      /* the sessions had their headers event */
	enum verdict kept;	      /* a final verdict of the message */
	enum verdict refusal;	      /* of the first recipient refused */
	bool broken; /* out of memory for what the connection told */
};

static const struct filter *
filter(const struct pipeline *p, unsigned i)
{
	return p->snapshot->program->filters[i];
}

struct pipeline *
pipeline_new(struct snapshot *snapshot)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->connection.arena = arena_new(CONNECTION_LIMIT);
	if (p->connection.arena == NULL) {
		free(p);
		return NULL;
	}
	p->snapshot = snapshot_ref(snapshot);
	p->filters = program_filters(snapshot->program);
	p->wanted = (1u << p->filters) - 1;
	return p;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	pipeline_reset(p);
	arena_free(p->connection.arena);
	snapshot_unref(p->snapshot);
	free(p);
}

void
pipeline_reset(struct pipeline *p)
{
	if (p->message != NULL)
		arena_free(p->message->arena);
	p->message = NULL;
	p->active = 0;
	p->hungry = 0;
	p->header_ended = false;
	p->kept = VERDICT_CONTINUE;
	p->refusal = VERDICT_CONTINUE;
}

struct message *
pipeline_message(struct pipeline *p)
{
	return p->message;
}

bool
pipeline_is_wanted(const struct pipeline *p)
{
	return p->message != NULL && p->active != 0;
}

enum verdict
pipeline_kept(const struct pipeline *p)
{
	return p->kept;
}

enum verdict
pipeline_refusal(const struct pipeline *p)
{
	return p->refusal;
}

static bool
is_final(enum verdict verdict)
{
	return verdict == VERDICT_TEMPFAIL || verdict == VERDICT_REJECT;
}

/* A verdict that ends the message is kept: the first one counts. */
static enum verdict
keep(struct pipeline *p, enum verdict verdict)
{
	if (p == NULL)
		return VERDICT_TEMPFAIL;
	if (is_final(verdict) && p->kept == VERDICT_CONTINUE)
		p->kept = verdict;
	return p->kept != VERDICT_CONTINUE ? p->kept : verdict;
}

static bool
is_open(const struct pipeline *p)
{
	return p != NULL && p->message != NULL &&
		p->kept == VERDICT_CONTINUE;
}

enum verdict
pipeline_connect(struct pipeline *p, const struct connect_facts *facts)
{
	struct connection *c;

	if (p == NULL)
		return VERDICT_TEMPFAIL;
	c = &p->connection;
	c->client = facts->client;
	c->client_name = arena_copy(c->arena, facts->client_name);
	c->daemon_name = arena_copy(c->arena, facts->daemon_name);
	c->mta_name = arena_copy(c->arena, facts->mta_name);
	p->broken = c->client_name.p == NULL || c->daemon_name.p == NULL ||
		c->mta_name.p == NULL;
	if (p->broken)
		return VERDICT_TEMPFAIL;
	for (unsigned i = 0; i < p->filters; i++)
		if (!direction_may_want(filter(p, i)->direction,
			p->snapshot->common, c))
			p->wanted &= ~(1u << i);
	return p->wanted != 0 ? VERDICT_CONTINUE : VERDICT_DONE;
}

enum verdict
pipeline_helo(struct pipeline *p, struct str helo)
{
	if (p == NULL)
		return VERDICT_TEMPFAIL;
	/* A client may greet again and again; it mostly says the same. */
	if (str_eq(p->connection.helo, helo))
		return VERDICT_CONTINUE;
	p->connection.helo = arena_copy(p->connection.arena, helo);
	p->broken = p->broken || p->connection.helo.p == NULL;
	return p->broken ? VERDICT_TEMPFAIL : VERDICT_CONTINUE;
}

/* A message with all that is known at MAIL; NULL when out of memory. */
static struct message *
new_message(struct pipeline *p, const struct mail_facts *facts)
{
	const struct common *common = p->snapshot->common;
	struct arena *arena = arena_new(PIPELINE_MESSAGE_LIMIT);
	struct message *m =
		arena != NULL ? arena_alloc(arena, sizeof(*m)) : NULL;

	if (m == NULL) {
		arena_free(arena);
		return NULL;
	}
	m->arena = arena;
	m->connection = &p->connection;
	m->common = common;
	m->dns = (struct dns_scope){ .dns = p->snapshot->dns, .arena = arena,
		.budget = common->deadline };
	m->authserv_id = common->authserv_id != NULL ?
		str_of(common->authserv_id) : p->connection.mta_name;
	m->queue_id = arena_copy(arena, facts->queue_id);
	m->mail_from = arena_copy(arena, address_path(facts->from));
	m->auth_user = arena_copy(arena, facts->auth_user);
	if (m->queue_id.p == NULL || m->mail_from.p == NULL ||
		m->auth_user.p == NULL) {
		arena_free(arena);
		return NULL;
	}
	return m;
}

/* Begin the sessions of the filters that want this message. */
static enum verdict
begin_sessions(struct pipeline *p)
{
	for (unsigned i = 0; i < p->filters; i++) {
		const struct filter *f = filter(p, i);
		unsigned bit = 1u << i;

		if (!(p->wanted & bit) ||
			!direction_wants(f->direction, p->message))
			continue;
		p->sessions[i] =
			f->begin(p->message, p->snapshot->settings[i]);
		if (p->sessions[i] == NULL)
			return VERDICT_TEMPFAIL;
		p->active |= bit;
		if (f->body != NULL)
			p->hungry |= bit;
	}
	return p->active != 0 ? VERDICT_CONTINUE : VERDICT_DONE;
}

/* What the filters say to MAIL: now, as all of them have asked the DNS. */
static void
tell_mail(struct pipeline *p)
{
	for (unsigned i = 0; is_open(p) && i < p->filters; i++)
		if ((p->active & (1u << i)) && filter(p, i)->mail != NULL)
			keep(p, filter(p, i)->mail(p->sessions[i]));
}

enum verdict
pipeline_mail(struct pipeline *p, const struct mail_facts *facts)
{
	enum verdict verdict;

	if (p == NULL)
		return VERDICT_TEMPFAIL;
	pipeline_reset(p);
	p->message = new_message(p, facts);
	if (p->message == NULL || p->broken)
		return keep(p, VERDICT_TEMPFAIL);
	verdict = begin_sessions(p);
	if (!is_final(verdict))
		tell_mail(p);
	return keep(p, verdict);
}

void
pipeline_queue_id(struct pipeline *p, struct str queue_id)
{
	struct message *m = p->message;

	if (m == NULL || m->queue_id.n > 0 || queue_id.n == 0)
		return;
	m->queue_id = arena_copy(m->arena, queue_id);
}

enum verdict
pipeline_rcpt(struct pipeline *p, struct str address)
{
	enum verdict verdict = VERDICT_CONTINUE;

	if (!is_open(p))
		return keep(p, verdict);
	for (unsigned i = 0; !is_final(verdict) && i < p->filters; i++)
		if ((p->active & (1u << i)) && filter(p, i)->rcpt != NULL)
			verdict = filter(p, i)->rcpt(p->sessions[i],
				address_path(address));
	if (!is_final(verdict))
		return VERDICT_CONTINUE;
	p->message->refused_recipients++;
	if (p->refusal == VERDICT_CONTINUE)
		p->refusal = verdict;
	return verdict;
}

enum verdict
pipeline_refuse(struct pipeline *p, enum verdict verdict)
{
	return keep(p, verdict);
}

enum verdict
pipeline_header(struct pipeline *p, struct str name, struct str value)
{
	struct message *m;
	int err;

	if (!is_open(p) || p->active == 0)
		return keep(p, VERDICT_CONTINUE);
	m = p->message;
	err = headers_add(&m->headers, m->arena, name, value);
	if (err == ERR_LIMIT)
		m->reply = (struct reply){ "452", "4.3.4",
			"Message header too large" };
	return keep(p, err < 0 ? VERDICT_TEMPFAIL : VERDICT_CONTINUE);
}

enum verdict
pipeline_headers(struct pipeline *p)
{
	if (!is_open(p) || p->header_ended)
		return keep(p, VERDICT_CONTINUE);
	p->header_ended = true;
	for (unsigned i = 0; is_open(p) && i < p->filters; i++) {
		unsigned bit = 1u << i;
		enum verdict verdict;

		if (!(p->active & bit) || filter(p, i)->headers == NULL)
			continue;
		verdict = filter(p, i)->headers(p->sessions[i]);
		if (verdict == VERDICT_SKIP)
			p->hungry &= ~bit;
		keep(p, verdict);
	}
	return keep(p, VERDICT_CONTINUE);
}

enum verdict
pipeline_body(struct pipeline *p, struct str chunk)
{
	/* An MTA that leaves the end of the header out must not surprise a
	 * session. */
	pipeline_headers(p);
	for (unsigned i = 0; is_open(p) && i < p->filters; i++) {
		unsigned bit = 1u << i;
		enum verdict verdict;

		if (!(p->active & p->hungry & bit))
			continue;
		verdict = filter(p, i)->body(p->sessions[i], chunk);
		if (verdict == VERDICT_SKIP)
			p->hungry &= ~bit;
		keep(p, verdict);
	}
	return keep(p, p != NULL && p->hungry != 0 ? VERDICT_CONTINUE :
						     VERDICT_SKIP);
}

/* What the program knows goes into the header; a failure defers the message,
 * since without its seal the next milter would see no result. */
static enum verdict
publish(struct pipeline *p)
{
	int err = gate_publish(&p->snapshot->gate, p->message);

	if (err == ERR_SYNTAX || err == ERR_ABSENT)
		p->message->reply = (struct reply){ "451", "4.3.5",
			err == ERR_SYNTAX ?
				"Mail filter misconfigured: no queue id" :
				"Mail filter misconfigured: no authserv-id" };
	return err < 0 ? VERDICT_TEMPFAIL : VERDICT_CONTINUE;
}

/* Results without the memory to find them out must not decide anything. */
static void
disown(struct pipeline *p)
{
	p->message->reply = (struct reply){ NULL, NULL, NULL };
	p->kept = VERDICT_TEMPFAIL;
}

enum verdict
pipeline_end(struct pipeline *p)
{
	pipeline_headers(p);
	if (!is_open(p) || p->active == 0)
		return keep(p, VERDICT_CONTINUE);
	if (gate_receive(&p->snapshot->gate, p->message) < 0)
		keep(p, VERDICT_TEMPFAIL);
	for (unsigned i = 0; is_open(p) && i < p->filters; i++)
		if (p->active & (1u << i))
			keep(p, filter(p, i)->end(p->sessions[i]));
	if (is_open(p))
		keep(p, publish(p));
	if (is_open(p) && p->message->edits.failed)
		keep(p, VERDICT_TEMPFAIL);
	if (p->message->dns.starved)
		disown(p);
	return keep(p, VERDICT_CONTINUE);
}
