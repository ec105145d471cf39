#include "spf/check.h"
#include "dns/name.h"
#include "mail/address.h"
#include "base/strbuf.h"
#include "spf/engine.h"
#include "spf/terms.h"

#include <time.h>

/*
 * What a stranger says is cut before it goes into macros; an address is shorter
 * (RFC 5321 section 4.5.3.1).
 */
enum { VALUE_MAX = 255 };

struct spf_check {
	struct spf_eval eval;
	struct spf_answer answer;
	struct dns_question *question; /* NULL: the result is known */
	bool explain;
};

/* No record is to be looked for. */
static void
conclude(struct spf_check *check, const char *reason)
{
	check->answer.result = AUTH_NONE;
	check->answer.reason = str_of(reason);
}

static struct str
join(struct arena *arena, struct str local, struct str domain)
{
	struct strbuf sb = sb_new(arena);

	sb_add(&sb, local);
	sb_addc(&sb, '@');
	sb_add(&sb, domain);
	return sb_done(&sb);
}

/* Who is checked, split: no sender means postmaster@HELO (section 2.4). */
static struct mailbox
identity(const struct spf_query *query)
{
	struct mailbox box = { STR("postmaster"), query->helo };

	if (query->identity == SPF_HELO || query->sender.n == 0)
		return box;
	box = address_split(query->sender);
	/* Without a local part likewise (section 4.3). */
	if (box.local.n == 0)
		box.local = STR("postmaster");
	return box;
}

/* As written, for the macros; but IDNs as A-labels, and no trailing dot. */
static struct str
plain_domain(struct str written, struct str normal)
{
	for (size_t i = 0; i < written.n; i++)
		if ((unsigned char)written.p[i] >= 0x80)
			return normal;
	if (written.n > 0 && written.p[written.n - 1] == '.')
		written.n--;
	return written;
}

/* Section 4.3; 0 or ERR_NOMEM. */
static int
find_domain(struct spf_check *check, struct str written)
{
	struct str *normal = &check->answer.domain;
	int rc = name_normalise(check->eval.arena, written, normal);

	if (rc == ERR_NOMEM)
		return rc;
	if (rc == 0 && name_labels(*normal) > 1)
		return 0;
	*normal = (struct str){ NULL, 0 };
	conclude(check, written.n > 0 ? "not a domain that can have a record" :
		"there is no domain");
	return 0;
}

static int
set_values(struct spf_check *check, const struct spf_query *query)
{
	struct macro_values *v = &check->eval.values;
	struct mailbox box = identity(query);
	int rc = find_domain(check, box.domain);

	if (rc < 0)
		return rc;
	check->answer.sender = join(check->eval.arena, box.local, box.domain);
	v->local = str_first(box.local, VALUE_MAX);
	v->sender_domain = plain_domain(box.domain, check->answer.domain);
	v->domain = v->sender_domain = str_first(v->sender_domain, VALUE_MAX);
	v->sender = join(check->eval.arena, v->local, v->sender_domain);
	v->client = query->client;
	v->helo = str_first(query->helo, VALUE_MAX);
	v->receiver = query->receiver.n > 0 ?
		str_first(query->receiver, VALUE_MAX) : STR("unknown");
	v->now = (long)time(NULL);
	v->client_name = spf_client_name;
	v->arg = &check->eval;
	return v->sender.p != NULL && check->answer.sender.p != NULL ?
		0 : ERR_NOMEM;
}

int
spf_check_start(struct dns_scope *scope, const struct spf_query *query,
	struct spf_check **ret)
{
	struct spf_check *check = arena_alloc(scope->arena, sizeof(*check));
	int rc;

	if (check == NULL)
		return ERR_NOMEM;
	check->eval.scope = scope;
	check->eval.arena = scope->arena;
	check->eval.client = query->client;
	check->explain = query->explain;
	rc = set_values(check, query);
	if (rc < 0)
		return rc;
	if (query->client.family == IP_NONE)
		conclude(check, "the client has no address");
	else if (check->answer.domain.n > 0)
		rc = dns_ask(scope, check->answer.domain, DNS_TXT,
			&check->question);
	if (rc < 0)
		return rc;
	*ret = check;
	return 0;
}

/* Evaluate the record of the first domain. */
static void
evaluate(struct spf_check *check, struct policy *policy, struct str record)
{
	struct spf_eval *eval = &check->eval;
	struct spf_answer *answer = &check->answer;
	struct engine_result found = { 0 };

	eval->deciding = policy;
	if (spf_rewrite(eval, policy, record, &record))
		found = spf_engine_run(eval, record);
	answer->result = eval->stopped ? eval->result : found.result;
	answer->reason = eval->reason;
	if (found.by_term)
		answer->mechanism = eval->last.text;
	answer->terms = eval->terms;
	answer->voids = eval->voids;
	if (answer->result == AUTH_FAIL && check->explain)
		answer->explanation = spf_explain(eval);
}

int
spf_check_finish(struct spf_check *check, struct spf_answer *ret)
{
	struct spf_eval *eval = &check->eval;
	struct policy policy = { .domain = eval->values.domain };
	const char *reason = NULL;
	struct str record;

	if (check->question != NULL) {
		check->answer.result = spf_select(
			dns_await(eval->scope, check->question), &record,
			&reason);
		check->answer.reason = str_of(reason);
		if (check->answer.result == AUTH_PASS)
			evaluate(check, &policy, record);
	}
	if (eval->no_memory)
		return ERR_NOMEM;
	*ret = check->answer;
	return 0;
}

size_t
spf_check_names(struct spf_check *check, const struct str **ret,
	bool *ret_complete)
{
	const struct client_names *names = spf_client_names(&check->eval);

	*ret = names->names;
	*ret_complete = !names->is_partial;
	return names->count;
}

int
spf_check_host(struct dns_scope *scope, const struct spf_query *query,
	struct spf_answer *ret)
{
	struct spf_check *check;
	int rc = spf_check_start(scope, query, &check);

	return rc < 0 ? rc : spf_check_finish(check, ret);
}
