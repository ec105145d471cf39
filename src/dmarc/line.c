#include "dmarc/line.h"

#include "base/strbuf.h"
#include "dmarc/utf8.h"
#include "mail/address.h"

#include <jansson.h>
#include <time.h>

enum {
	VERSION = 1,
	FLAGS = JSON_COMPACT,
	USUAL_BYTES = 2048, /* of a line: most take less */
	HEADERS_MAX = 32 * 1024, /* bytes of header fields */
	URIS_MAX = 32, /* of a list, once a line is too long */
};

/* What a line is made of, and how much of the lists goes in. */
struct line {
	struct arena *arena;
	const struct message *message;
	const struct dmarc_record *record;
	const struct failure *failure;
	size_t headers_max, uris_max, signatures_max;
};

/* The setters of jansson take over a value, NULL for out of memory included,
 * and fail for it; a failure of any makes the line fail. */
static int
set_text(struct line *l, json_t *object, const char *key, struct str text)
{
	struct str valid = utf8_make(l->arena, text);

	if (valid.p == NULL)
		return -1;
	return json_object_set_new(object, key,
		json_stringn(valid.p, valid.n));
}

static int
set_word(json_t *object, const char *key, const char *word)
{
	return json_object_set_new(object, key, json_string(word));
}

static int
set_uris(struct line *l, json_t *object, const char *key,
	const struct dmarc_uris *uris)
{
	json_t *list;
	int err = 0;

	if (uris->count == 0)
		return 0;
	list = json_array();
	for (size_t i = 0; i < uris->count && i < l->uris_max; i++) {
		struct str uri = utf8_make(l->arena, uris->list[i]);

		if (uri.p == NULL)
			err = -1;
		else
			err |= json_array_append_new(list,
				json_stringn(uri.p, uri.n));
	}
	return json_object_set_new(object, key, list) | err;
}

static json_t *
make_fo(unsigned fo)
{
	char text[8] = "";
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if ((fo & 1U << i) == 0)
			continue;
		if (n > 0)
			text[n++] = ':';
		text[n++] = "01ds"[i];
	}
	return json_stringn(text, n);
}

static int
set_record(struct line *l, json_t *line)
{
	static const char *const psd[] = { [PSD_UNKNOWN] = "u",
		[PSD_YES] = "y", [PSD_NO] = "n" };
	const struct dmarc_record *r = l->record;
	json_t *o = json_object();
	int err = set_word(o, "p", dmarc_policy_text(r->p));

	if (r->sp_given)
		err |= set_word(o, "sp", dmarc_policy_text(r->sp));
	if (r->np_given)
		err |= set_word(o, "np", dmarc_policy_text(r->np));
	err |= set_word(o, "adkim", r->strict_dkim ? "s" : "r");
	err |= set_word(o, "aspf", r->strict_spf ? "s" : "r");
	err |= set_word(o, "psd", psd[r->psd]);
	err |= set_word(o, "t", r->testing ? "y" : "n");
	err |= json_object_set_new(o, "fo", make_fo(r->fo));
	err |= set_uris(l, o, "rua", &r->rua);
	err |= set_uris(l, o, "ruf", &r->ruf);
	return json_object_set_new(line, "record", o) | err;
}

static int
set_reasons(struct line *l, json_t *line)
{
	const struct dmarc_results *dmarc = &l->message->results.dmarc;
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < dmarc->reason_count; i++) {
		const struct dmarc_reason *reason = &dmarc->reasons[i];
		json_t *o = json_object();

		err |= set_word(o, "type", dmarc_reason_text(reason->type));
		if (reason->comment.n > 0)
			err |= set_text(l, o, "comment", reason->comment);
		err |= json_array_append_new(list, o);
	}
	return json_object_set_new(line, "reasons", list) | err;
}

static int
set_spf(struct line *l, json_t *line)
{
	const struct results *results = &l->message->results;
	const struct spf_results *spf = &results->spf;
	json_t *o;
	int err;

	if (!spf->known)
		return 0;
	o = json_object();
	err = set_text(l, o, "domain", spf->mail_from_domain);
	err |= set_word(o, "result", auth_result_text(spf->mail_from));
	err |= json_object_set_new(o, "aligned",
		json_boolean(results->dmarc.spf_aligned));
	return json_object_set_new(line, "spf", o) | err;
}

static json_t *
make_signature(struct line *l, const struct dkim_result *sig)
{
	static const char *const aligned[] = { [ALIGNED_NO] = "no",
		[ALIGNED_RELAXED] = "relaxed", [ALIGNED_STRICT] = "strict" };
	json_t *o = json_object();
	int err = set_text(l, o, "domain", sig->domain);

	err |= set_text(l, o, "selector", sig->selector);
	err |= set_word(o, "result", auth_result_text(sig->result));
	err |= set_word(o, "aligned", aligned[sig->aligned]);
	if (l->failure != NULL && sig->identity.n > 0)
		err |= set_text(l, o, "identity", sig->identity);
	if (err == 0)
		return o;
	json_decref(o);
	return NULL;
}

static int
set_dkim(struct line *l, json_t *line)
{
	const struct dkim_results *dkim = &l->message->results.dkim;
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < dkim->count && i < l->signatures_max; i++)
		err |= json_array_append_new(list,
			make_signature(l, &dkim->sigs[i]));
	return json_object_set_new(line, "dkim", list) | err;
}

/* In lower case: the reports put equal ones together. */
static int
set_mail_from(struct line *l, json_t *line)
{
	struct strbuf sb = sb_new(l->arena);
	struct str domain;

	sb_add_lower(&sb, address_split(l->message->mail_from).domain);
	domain = sb_done(&sb);
	if (domain.p == NULL)
		return -1;
	return set_text(l, line, "mail-from", domain);
}

static int
set_message(struct line *l, json_t *line)
{
	const struct message *m = l->message;
	const struct ipaddr *client = &m->connection->client;
	char ip[IP_TEXT_SIZE];
	int err = json_object_set_new(line, "v", json_integer(VERSION));

	err |= json_object_set_new(line, "time", json_integer(time(NULL)));
	err |= set_text(l, line, "id", m->queue_id);
	if (client->family != IP_NONE)
		err |= set_word(line, "ip", ipaddr_text(client, ip));
	err |= set_text(l, line, "header-from",
		m->results.dmarc.author_domain);
	return err | set_mail_from(l, line);
}

static int
set_dmarc(struct line *l, json_t *line)
{
	const struct dmarc_results *dmarc = &l->message->results.dmarc;
	bool pass = dmarc->result == AUTH_PASS;
	int err = set_text(l, line, "policy-domain", dmarc->policy_domain);

	err |= set_word(line, "discovery",
		dmarc->discovery == DMARC_PSL ? "psl" : "treewalk");
	err |= set_record(l, line);
	err |= set_word(line, "result", auth_result_text(dmarc->result));
	err |= set_word(line, "disposition",
		pass ? "pass" : dmarc_policy_text(dmarc->applied));
	err |= set_word(line, "would",
		pass ? "pass" : dmarc_policy_text(dmarc->policy));
	return err | set_reasons(l, line);
}

/* Whole fields from the top, as many as there is room for. */
static int
set_headers(struct line *l, json_t *line)
{
	const struct headers *headers = &l->message->headers;
	struct strbuf sb = sb_new(l->arena);
	size_t i = 0;
	int err;

	for (; i < headers->count; i++) {
		const struct header *field = &headers->fields[i];

		if (sb.n + field->name.n + field->value.n + 2 >
			l->headers_max)
			break;
		sb_add(&sb, field->name);
		sb_addc(&sb, ':');
		sb_add(&sb, field->value);
		sb_addc(&sb, '\n');
	}
	err = set_text(l, line, "headers", sb_done(&sb));
	if (i < headers->count)
		err |= json_object_set_new(line, "truncated", json_true());
	return sb.failed ? -1 : err;
}

static int
set_failure(struct line *l, json_t *line)
{
	int err = set_text(l, line, "envelope-from", l->message->mail_from);

	err |= set_text(l, line, "authres", l->failure->authres);
	return err | set_headers(l, line);
}

/* NULL when out of memory. */
static json_t *
make_object(struct line *l)
{
	json_t *line = json_object();
	int err = set_message(l, line);

	err |= set_dmarc(l, line);
	err |= set_spf(l, line);
	err |= set_dkim(l, line);
	if (l->failure != NULL)
		err |= set_failure(l, line);
	if (err == 0)
		return line;
	json_decref(line);
	return NULL;
}

/* The object as text into room bytes of the arena; *n: how many it takes. */
static char *
dump(struct line *l, const json_t *object, size_t room, size_t *n)
{
	char *text = arena_alloc(l->arena, room);

	*n = text != NULL ? json_dumpb(object, text, room, FLAGS) : 0;
	return *n > 0 ? text : NULL;
}

/* ERR_LIMIT: too long. */
static int
write_line(struct line *l, struct str *ret)
{
	json_t *object = make_object(l);
	char *text;
	size_t n;

	if (object == NULL)
		return ERR_NOMEM;
	text = dump(l, object, USUAL_BYTES, &n);
	if (n > USUAL_BYTES && n <= LINE_MAX_BYTES)
		text = dump(l, object, n, &n);
	json_decref(object);
	if (n > LINE_MAX_BYTES)
		return ERR_LIMIT;
	*ret = (struct str){ text, n };
	return text != NULL ? 0 : ERR_NOMEM;
}

/* Halve what matters least of what is left; false when nothing is. */
static bool
shorten(struct line *l)
{
	if (l->failure != NULL && l->headers_max > 0)
		l->headers_max /= 2;
	else if (l->uris_max > 0)
		l->uris_max = l->uris_max > URIS_MAX ? URIS_MAX :
			l->uris_max / 2;
	else if (l->signatures_max > 0)
		l->signatures_max /= 2;
	else
		return false;
	return true;
}

int
line_make(const struct message *message, const struct dmarc_record *record,
	const struct failure *failure, struct str *ret)
{
	struct line l = { .arena = message->arena, .message = message,
		.record = record, .failure = failure,
		.headers_max = HEADERS_MAX, .uris_max = SIZE_MAX,
		.signatures_max = LINE_SIGNATURES_MAX };
	int err = write_line(&l, ret);

	while (err == ERR_LIMIT && shorten(&l))
		err = write_line(&l, ret);
	return err == ERR_LIMIT ? ERR_NOMEM : err;
}
