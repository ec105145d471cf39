/*
 * From a stranger's record and names to the journal and back: what the milter
 * writes is a line that the reporter reads.
 */
#include "dmarc/line.h"
#include "dns/name.h"
#include "fuzz/fuzz.h"
#include "report/line.h"

enum { SIGNATURES = 3 };

/* As the filters leave it; only the domains of a policy are known names. */
static void
fill(struct message *m, struct dkim_result *sigs, struct str text)
{
	struct results *r = &m->results;

	m->queue_id = m->mail_from = text;
	for (int i = 0; i < SIGNATURES; i++)
		sigs[i] = (struct dkim_result){ .domain = text,
			.selector = text, .identity = text,
			.result = (enum auth_result)(i % 2),
			.aligned = (enum alignment_kind)i };
	r->dkim = (struct dkim_results){ .known = true, .sigs = sigs,
		.count = text.n % (SIGNATURES + 1) };
	r->spf = (struct spf_results){ .known = text.n % 2 == 0,
		.mail_from_domain = text,
		.mail_from = (enum auth_result)(text.n % 8) };
	r->dmarc = (struct dmarc_results){ .known = true, .has_policy = true,
		.author_domain = STR("a.example"),
		.policy_domain = STR("example"), .result = AUTH_FAIL };
	dmarc_reason_add(&r->dmarc, REASON_OTHER, text);
	must(headers_add(&m->headers, m->arena, text, text) == 0);
}

static void
check(struct message *m, const struct dmarc_record *record,
	const struct failure *failure)
{
	enum line_verdict verdict;
	struct str text;
	struct line line;

	must(line_make(m, record, failure, &text) == 0);
	must(line_parse(m->arena, text, &line, &verdict) == 0);
	must(verdict == LINE_GOOD);
	must(line.rua.count > 0 || record->rua.count == 0);
	must(line.suffix == (record->psd == PSD_YES));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct connection connection = { .arena = NULL };
	struct message m = { .arena = arena_new(0),
		.connection = &connection };
	struct str text = input(data, size);
	struct dkim_result sigs[SIGNATURES];
	struct dmarc_record record;

	fill(&m, sigs, str_first(text, 3000));
	if (record_is_dmarc(text)) {
		must(record_parse(m.arena, text, &record) == 0);
		check(&m, &record, NULL);
		check(&m, &record, &(struct failure){ STR("x") });
	}
	arena_free(m.arena);
	return 0;
}
