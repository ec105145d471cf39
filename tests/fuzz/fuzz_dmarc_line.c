/*
 * A line of the journal, with the input in every place that a stranger fills:
 * it is one JSON object on one line, whatever is in it.
 */
#include "dmarc/line.h"
#include "fuzz/fuzz.h"

#include <jansson.h>

/* Members of a line for a failure report at the least. */
enum { MEMBERS = 17 };

static void
fill(struct message *m, struct dkim_result *sig, struct str text)
{
	struct results *r = &m->results;

	m->queue_id = m->mail_from = text;
	*sig = (struct dkim_result){ .domain = text, .selector = text,
		.identity = text, .result = AUTH_FAIL };
	r->dkim = (struct dkim_results){ .known = true, .sigs = sig,
		.count = 1 };
	r->spf = (struct spf_results){ .known = true,
		.mail_from_domain = text };
	r->dmarc = (struct dmarc_results){ .known = true, .has_policy = true,
		.author_domain = text, .policy_domain = text,
		.result = AUTH_FAIL };
	dmarc_reason_add(&r->dmarc, REASON_OTHER, text);
	must(headers_add(&m->headers, m->arena, text, text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct connection connection = { .arena = NULL };
	struct message m = { .arena = arena_new(0),
		.connection = &connection };
	struct str text = input(data, size > 3000 ? 3000 : size), line;
	const struct failure failure = { text };
	struct dmarc_record record;
	struct dkim_result sig;
	json_t *object;

	fill(&m, &sig, text);
	must(record_parse(m.arena, STR("v=DMARC1; p=none"), &record) == 0);
	must(line_make(&m, &record, &failure, &line) == 0);
	must(line.n <= LINE_MAX_BYTES);
	must(memchr(line.p, '\n', line.n) == NULL);
	object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	must(object != NULL && json_object_size(object) >= MEMBERS);
	json_decref(object);
	arena_free(m.arena);
	return 0;
}
