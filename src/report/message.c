#include "report/message.h"

#include "base/strbuf.h"
#include "report/digest.h"
#include "report/reporter.h"
#include "report/tuple.h"

/* The fields of a policy, in the order in which they are written. */
static const size_t fields[] = {
	offsetof(struct policy, domain), offsetof(struct policy, discovery),
	offsetof(struct policy, p), offsetof(struct policy, sp),
	offsetof(struct policy, np), offsetof(struct policy, adkim),
	offsetof(struct policy, aspf), offsetof(struct policy, testing),
	offsetof(struct policy, fo),
};

enum {
	FIELDS = sizeof(fields) / sizeof(fields[0]),
	KEY_DIGITS = 32, /* of a digest: enough, and half the index */
};

static struct str
key_of(struct arena *arena, struct str text)
{
	return str_first(digest(arena, &text, 1), KEY_DIGITS);
}

static struct str *
field(const struct policy *policy, size_t i)
{
	return (struct str *)((char *)policy + fields[i]);
}

/* None of them has a space: names and words. */
struct str
policy_to_text(struct arena *arena, const struct policy *policy)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < FIELDS; i++) {
		sb_addz(&sb, i > 0 ? " " : "");
		sb_add(&sb, *field(policy, i));
	}
	return sb_done(&sb);
}

int
policy_from_text(struct arena *arena, struct str text, struct policy *ret)
{
	struct str rest = arena_copy(arena, text);
	size_t count = 0;

	if (rest.p == NULL)
		return ERR_NOMEM;
	while (rest.p != NULL && count < FIELDS)
		*field(ret, count++) = str_cut(&rest, ' ');
	return rest.p == NULL && count == FIELDS ? 0 : ERR_SYNTAX;
}

struct str
uris_to_text(struct arena *arena, const struct line_uris *uris)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < uris->count; i++) {
		struct str uri = uris->list[i];

		if (str_index(uri, '\n') < uri.n || uri.n == 0)
			continue;
		sb_add(&sb, uri);
		sb_addc(&sb, '\n');
	}
	return sb_done(&sb);
}

int
uris_from_text(struct arena *arena, struct str text, struct line_uris *ret)
{
	struct str rest = arena_copy(arena, text);
	struct line_uris uris = { .count = 0 };

	uris.list = arena_array(arena, rest.n + 1, sizeof(*uris.list));
	if (rest.p == NULL || uris.list == NULL)
		return ERR_NOMEM;
	while (rest.n > 0)
		uris.list[uris.count++] = str_cut(&rest, '\n');
	*ret = uris;
	return 0;
}

static int64_t
day_of(int64_t time)
{
	return time - time % SECONDS_PER_DAY;
}

/* The policy of that day; the latest message tells where reports go. */
static int
note_policy(struct store *store, const struct line *line, struct str text,
	struct str policy, struct str rua)
{
	int err = store_run(store,
		"INSERT INTO policies (day, domain, digest, published, rua, "
		"seen) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (day, domain, digest) DO UPDATE SET "
		"rua = excluded.rua, seen = excluded.seen "
		"WHERE policies.rua <> excluded.rua "
		"AND policies.seen <= excluded.seen",
		PARAMS(INT(day_of(line->time)), TEXT(line->policy.domain),
			TEXT(policy), TEXT(text), TEXT(rua),
			INT(line->time)));

	return err < 0 ? err : 0;
}

static int
count_tuple(struct store *store, struct arena *scratch,
	const struct line *line, struct str policy)
{
	struct str text = tuple_to_text(scratch, &line->tuple);
	struct str name = key_of(scratch, text);
	/* RFC 9990 has no record without a client's address. */
	struct str report = line->tuple.ip.n > 0 ? STR("") : STR("-");
	int err;

	if (text.p == NULL || name.p == NULL)
		return ERR_NOMEM;
	err = store_run(store,
		"INSERT INTO tuples (day, domain, policy, report, digest, "
		"data, disposition, failed, would_quarantine, would_reject, "
		"messages) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) "
		"ON CONFLICT (day, domain, policy, report, digest) "
		"DO UPDATE SET messages = tuples.messages + 1, "
		"failed = tuples.failed + excluded.failed, "
		"would_quarantine = tuples.would_quarantine + "
		"excluded.would_quarantine, would_reject = "
		"tuples.would_reject + excluded.would_reject",
		PARAMS(INT(day_of(line->time)), TEXT(line->policy.domain),
			TEXT(policy), TEXT(report), TEXT(name), TEXT(text),
			TEXT(line->tuple.disposition),
			INT(str_eq(line->result, STR("fail"))),
			INT(str_eq(line->would, STR("quarantine"))),
			INT(str_eq(line->would, STR("reject")))));
	return err < 0 ? err : 0;
}

int
message_count(struct store *store, struct arena *scratch,
	const struct line *line)
{
	struct str text = policy_to_text(scratch, &line->policy);
	struct str policy = key_of(scratch, text);
	struct str rua = uris_to_text(scratch, &line->rua);
	int err;

	if (text.p == NULL || policy.p == NULL || rua.p == NULL)
		return ERR_NOMEM;
	err = note_policy(store, line, text, policy, rua);
	return err == 0 ? count_tuple(store, scratch, line, policy) : err;
}

/* Alike: what a reader of the report would call the same incident. */
static struct str
likeness(struct arena *scratch, const struct line *line)
{
	const struct tuple *t = &line->tuple;
	const struct str parts[] = { line->policy.domain, t->header_from,
		t->ip, t->spf.domain, t->spf.result, t->disposition,
		tuple_dkim_aligned(t) ? STR("dkim") : STR(""),
		tuple_spf_aligned(t) ? STR("spf") : STR("") };

	return digest(scratch, parts, sizeof(parts) / sizeof(parts[0]));
}

int
message_incident(struct store *store, struct arena *scratch,
	const struct line *line, struct str text,
	const struct line_place *place)
{
	struct str like = likeness(scratch, line);
	int64_t alike;
	int err;

	if (like.p == NULL)
		return ERR_NOMEM;
	/* A report tells of the first one only; a flood must not fill disks. */
	err = store_number(store, "SELECT COUNT(*) FROM incidents "
		"WHERE likeness = $1 AND report = '' AND line <> ''",
		PARAMS(TEXT(like)), 0, &alike);
	if (err < 0)
		return err;
	if (alike > 0)
		text = STR("");
	err = store_run(store,
		"INSERT INTO incidents (host, name, position, likeness, line, "
		"seen, report) VALUES ($1, $2, $3, $4, $5, $6, '')",
		PARAMS(TEXT(place->host), TEXT(place->name),
			INT(place->position), TEXT(like), TEXT(text),
			INT(line->time)));
	return err < 0 ? err : 0;
}
