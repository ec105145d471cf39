#include "report/line.h"

#include "base/ipnet.h"
#include "dns/name.h"
#include "report/tuple.h"

#include <jansson.h>

enum {
	VERSION = 1,
	FO_MAX = 16,
	URIS_MAX = 100,
};

/* The last moment that a calendar of four digits can show. */
#define TIME_MAX 253402300799

static const char *const policies[] = { "none", "quarantine", "reject", NULL };
static const char *const modes[] = { "r", "s", NULL };
static const char *const yes_no[] = { "y", "n", NULL };
static const char *const psds[] = { "y", "n", "u", NULL };
static const char *const discoveries[] = { "treewalk", "psl", NULL };
static const char *const results[] = { "pass", "fail", "temperror", NULL };
static const char *const actions[] = { "none", "pass", "quarantine", "reject",
	NULL };

/* A member of an object, with the words that it may be (NULL: any text). */
struct member {
	const char *key;
	const char *const *words;
	struct str *into;
	bool optional;
};

/* 0, or ERR_SYNTAX. */
static int
take_members(const json_t *object, const struct member *members)
{
	for (const struct member *m = members; m->key != NULL; m++) {
		const json_t *value = json_object_get(object, m->key);

		if (value == NULL && m->optional)
			continue;
		if (!json_is_string(value))
			return ERR_SYNTAX;
		*m->into = (struct str){ json_string_value(value),
			json_string_length(value) };
		if (m->words != NULL && !tuple_word(*m->into, m->words))
			return ERR_SYNTAX;
	}
	return 0;
}

/* The first of them: a record may have more than anybody sends to. */
static int
take_uris(struct arena *arena, const json_t *list, struct line_uris *ret)
{
	size_t i;
	const json_t *item;

	if (list == NULL)
		return 0;
	if (!json_is_array(list))
		return ERR_SYNTAX;
	ret->list = arena_array(arena, URIS_MAX, sizeof(*ret->list));
	if (ret->list == NULL)
		return ERR_NOMEM;
	json_array_foreach(list, i, item) {
		if (i == URIS_MAX)
			break;
		if (!json_is_string(item))
			return ERR_SYNTAX;
		ret->list[ret->count++] = (struct str){
			json_string_value(item), json_string_length(item) };
	}
	return 0;
}

/* Letters, each pair of them parted by a colon. */
static bool
is_fo(struct str fo)
{
	for (size_t i = 0; i < fo.n; i++)
		if (fo.p[i] == '\0' ||
			strchr(i % 2 == 0 ? "01dsDS" : ":", fo.p[i]) == NULL)
			return false;
	return fo.n % 2 == 1 && fo.n <= FO_MAX;
}

static int
take_record(struct arena *arena, const json_t *record, struct line *line)
{
	struct policy *p = &line->policy;
	struct str psd;
	const struct member members[] = {
		{ "p", policies, &p->p, false },
		{ "sp", policies, &p->sp, true },
		{ "np", policies, &p->np, true },
		{ "adkim", modes, &p->adkim, false },
		{ "aspf", modes, &p->aspf, false },
		{ "psd", psds, &psd, false },
		{ "t", yes_no, &p->testing, false },
		{ "fo", NULL, &p->fo, false },
		{ .key = NULL },
	};
	int err = take_members(record, members);

	if (err == 0 && !is_fo(p->fo))
		err = ERR_SYNTAX;
	if (err == 0)
		err = take_uris(arena, json_object_get(record, "rua"),
			&line->rua);
	if (err == 0)
		err = take_uris(arena, json_object_get(record, "ruf"),
			&line->ruf);
	if (err == 0)
		line->suffix = str_eq(psd, STR("y"));
	return err;
}

/* It names files, header fields and questions to the DNS. */
static int
take_name(struct arena *arena, struct str *name)
{
	struct str normal;
	int err = name_normalise(arena, *name, &normal);

	if (err == 0)
		*name = normal;
	return err;
}

static int
take_line(struct arena *arena, const json_t *root, struct line *line)
{
	const struct member members[] = {
		{ "id", NULL, &line->id, true },
		{ "policy-domain", NULL, &line->policy.domain, false },
		{ "discovery", discoveries, &line->policy.discovery, false },
		{ "result", results, &line->result, false },
		{ "would", actions, &line->would, false },
		{ "envelope-from", NULL, &line->envelope_from, true },
		{ "authres", NULL, &line->authres, true },
		{ "headers", NULL, &line->headers, true },
		{ .key = NULL },
	};
	const json_t *time = json_object_get(root, "time");
	int err = take_members(root, members);

	line->time = json_integer_value(time);
	line->truncated = json_is_true(json_object_get(root, "truncated"));
	if (!json_is_integer(time) || line->time < 0 || line->time > TIME_MAX)
		err = ERR_SYNTAX;
	if (err == 0)
		err = take_record(arena, json_object_get(root, "record"), line);
	if (err == 0)
		err = take_name(arena, &line->policy.domain);
	if (err == 0)
		err = tuple_from_json(arena, root, &line->tuple);
	return err;
}

static void
free_json(void *root)
{
	json_decref(root);
}

int
line_parse(struct arena *arena, struct str text, struct line *ret,
	enum line_verdict *verdict)
{
	json_t *root = text.n > 0 ? json_loadb(text.p, text.n,
		JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *version = json_object_get(root, "v");
	struct line line = { .time = 0 };
	int err = 0;

	*verdict = LINE_CORRUPT;
	if (root != NULL)
		err = arena_defer(arena, free_json, root);
	if (err < 0 || !json_is_integer(version))
		return err;
	if (json_integer_value(version) != VERSION) {
		*verdict = LINE_FOREIGN;
		return 0;
	}
	err = take_line(arena, root, &line);
	if (err == ERR_SYNTAX)
		return 0;
	if (err == 0) {
		*verdict = LINE_GOOD;
		*ret = line;
	}
	return err;
}
