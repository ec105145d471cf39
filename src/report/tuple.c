#include "report/tuple.h"

#include "base/ipnet.h"
#include "dns/name.h"

#include <jansson.h>

enum {
	NAME_CUT = 255, /* a stranger's text where a name is expected */
	COMMENT_CUT = 1000,
	REASONS_MAX = 10,
	SIGNATURES_MAX = 1000, /* that we are willing to sort */
};

static const char *const dispositions[] = { "none", "pass", "quarantine",
	"reject", NULL };
static const char *const reasons[] = { "local_policy", "mailing_list", "other",
	"policy_test_mode", "trusted_forwarder", NULL };
static const char *const alignments[] = { "strict", "relaxed", "no", NULL };
static const char *const dkim_results[] = { "none", "pass", "fail", "policy",
	"neutral", "temperror", "permerror", NULL };
static const char *const spf_results[] = { "none", "pass", "fail", "softfail",
	"policy", "neutral", "temperror", "permerror", NULL };

bool
tuple_word(struct str text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (str_eq(text, str_of(*words)))
			return true;
	return false;
}

/* The first max bytes, but no torn UTF-8 sequence at the end. */
static struct str
cut(struct str text, size_t max)
{
	if (text.n <= max)
		return text;
	while (max > 0 && ((unsigned char)text.p[max] & 0xc0) == 0x80)
		max--;
	return str_first(text, max);
}

/* A string member; false when it is there and no string, or has to be. */
static bool
get_text(const json_t *object, const char *key, size_t max, struct str *ret)
{
	const json_t *value = json_object_get(object, key);

	*ret = (struct str){ "", 0 };
	if (!json_is_string(value))
		return false;
	*ret = cut((struct str){ json_string_value(value),
		json_string_length(value) }, max);
	return true;
}

/* Likewise, but it need not be there. */
static bool
get_optional(const json_t *object, const char *key, size_t max,
	struct str *ret)
{
	return get_text(object, key, max, ret) ||
		json_object_get(object, key) == NULL;
}

static int
take_reasons(struct arena *arena, const json_t *list, struct tuple *t)
{
	size_t count = json_array_size(list), i;
	const json_t *item;

	if (!json_is_array(list) || count > REASONS_MAX)
		return ERR_SYNTAX;
	t->reasons = arena_array(arena, count + 1, sizeof(*t->reasons));
	if (t->reasons == NULL)
		return ERR_NOMEM;
	json_array_foreach(list, i, item) {
		struct line_reason *r = &t->reasons[t->reason_count++];

		if (!get_text(item, "type", NAME_CUT, &r->type) ||
			!tuple_word(r->type, reasons) || !get_optional(item,
				"comment", COMMENT_CUT, &r->comment))
			return ERR_SYNTAX;
	}
	return 0;
}

static int
take_spf(const json_t *object, struct line_spf *spf)
{
	const json_t *aligned = json_object_get(object, "aligned");

	if (object == NULL)
		return 0;
	if (!get_text(object, "domain", NAME_CUT, &spf->domain) ||
		!get_text(object, "result", NAME_CUT, &spf->result) ||
		!tuple_word(spf->result, spf_results) ||
		!json_is_boolean(aligned))
		return ERR_SYNTAX;
	spf->aligned = json_is_true(aligned);
	return 0;
}

static bool
take_signature(const json_t *object, struct line_dkim *d)
{
	return get_text(object, "domain", NAME_CUT, &d->domain) &&
		get_text(object, "selector", NAME_CUT, &d->selector) &&
		get_text(object, "result", NAME_CUT, &d->result) &&
		get_text(object, "aligned", NAME_CUT, &d->aligned) &&
		get_optional(object, "identity", NAME_CUT, &d->identity) &&
		tuple_word(d->result, dkim_results) &&
		tuple_word(d->aligned, alignments);
}

/* Its place among the signatures of a record; the lowest comes first. */
static int
rank(const struct line_dkim *d)
{
	if (!str_eq(d->result, STR("pass")))
		return 3;
	if (str_eq(d->aligned, STR("strict")))
		return 0;
	return str_eq(d->aligned, STR("relaxed")) ? 1 : 2;
}

/* By rank, and within a rank as they stood in the message. */
static void
sort_signatures(struct line_dkim *from, size_t count, struct tuple *t)
{
	for (int r = 0; r <= 3; r++)
		for (size_t i = 0; i < count; i++)
			if (rank(&from[i]) == r &&
				t->dkim_count < TUPLE_DKIM_MAX)
				t->dkim[t->dkim_count++] = from[i];
}

static int
take_dkim(struct arena *arena, const json_t *list, struct tuple *t)
{
	size_t count = json_array_size(list), i;
	struct line_dkim *all;
	const json_t *item;

	if (!json_is_array(list) || count > SIGNATURES_MAX)
		return ERR_SYNTAX;
	all = arena_array(arena, count + 1, sizeof(*all));
	t->dkim = arena_array(arena, count + 1, sizeof(*all));
	if (all == NULL || t->dkim == NULL)
		return ERR_NOMEM;
	json_array_foreach(list, i, item)
		if (!take_signature(item, &all[i]))
			return ERR_SYNTAX;
	sort_signatures(all, count, t);
	return 0;
}

/* An address in its usual text; none at all for a local client. */
static int
take_ip(struct arena *arena, const json_t *root, struct str *ret)
{
	char text[IP_TEXT_SIZE];
	struct ipaddr ip;
	struct str given;

	if (!get_optional(root, "ip", IP_TEXT_SIZE, &given))
		return ERR_SYNTAX;
	if (given.n == 0)
		return 0;
	if (!ipaddr_parse(given, &ip))
		return ERR_SYNTAX;
	*ret = arena_copy(arena, str_of(ipaddr_text(&ip, text)));
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

int
tuple_from_json(struct arena *arena, const json_t *root, struct tuple *ret)
{
	struct tuple t = { .ip = { "", 0 } };
	struct str from;
	int err = take_ip(arena, root, &t.ip);

	if (err == 0 && (!get_text(root, "header-from", NAME_CUT, &from) ||
		!get_text(root, "mail-from", NAME_CUT, &t.mail_from) ||
		!get_text(root, "disposition", NAME_CUT, &t.disposition) ||
		!tuple_word(t.disposition, dispositions)))
		err = ERR_SYNTAX;
	if (err == 0)
		err = name_normalise(arena, from, &t.header_from);
	if (err == 0)
		err = take_reasons(arena, json_object_get(root, "reasons"), &t);
	if (err == 0)
		err = take_spf(json_object_get(root, "spf"), &t.spf);
	if (err == 0)
		err = take_dkim(arena, json_object_get(root, "dkim"), &t);
	if (err == 0)
		*ret = t;
	return err;
}

static json_t *
text_node(struct str s)
{
	return json_stringn(s.p != NULL ? s.p : "", s.n);
}

static json_t *
reasons_node(const struct tuple *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->reason_count; i++) {
		const struct line_reason *r = &t->reasons[i];

		json_array_append_new(list, json_pack("{s:o,s:o}",
			"type", text_node(r->type),
			"comment", text_node(r->comment)));
	}
	return list;
}

static json_t *
dkim_node(const struct tuple *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->dkim_count; i++) {
		const struct line_dkim *d = &t->dkim[i];

		json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o}",
			"domain", text_node(d->domain),
			"selector", text_node(d->selector),
			"result", text_node(d->result),
			"aligned", text_node(d->aligned)));
	}
	return list;
}

static json_t *
spf_node(const struct line_spf *spf)
{
	if (spf->result.n == 0)
		return NULL;
	return json_pack("{s:o,s:o,s:b}", "domain", text_node(spf->domain),
		"result", text_node(spf->result), "aligned",
		(int)spf->aligned);
}

struct str
tuple_to_text(struct arena *arena, const struct tuple *t)
{
	/* "o*": a member without a value is left out. */
	json_t *root = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o*}",
		"ip", text_node(t->ip),
		"header-from", text_node(t->header_from),
		"mail-from", text_node(t->mail_from),
		"disposition", text_node(t->disposition),
		"reasons", reasons_node(t), "dkim", dkim_node(t),
		"spf", spf_node(&t->spf));
	char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	struct str copy = { NULL, 0 };

	if (text != NULL)
		copy = arena_copy(arena, str_of(text));
	free(text);
	json_decref(root);
	return copy;
}

static void
free_json(void *root)
{
	json_decref(root);
}

int
tuple_from_text(struct arena *arena, struct str text, struct tuple *ret)
{
	json_t *root = json_loadb(text.p, text.n, 0, NULL);
	int err;

	if (root == NULL)
		return ERR_SYNTAX;
	err = arena_defer(arena, free_json, root);
	return err == 0 ? tuple_from_json(arena, root, ret) : err;
}

bool
tuple_dkim_aligned(const struct tuple *t)
{
	for (size_t i = 0; i < t->dkim_count; i++)
		if (rank(&t->dkim[i]) < 2)
			return true;
	return false;
}

bool
tuple_spf_aligned(const struct tuple *t)
{
	return t->spf.aligned && str_eq(t->spf.result, STR("pass"));
}
