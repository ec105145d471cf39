/*
 * A policy record: what we make of it says the same again, and libopendmarc
 * reads that as we do.
 */
#include "dmarc/opendmarc.h"
#include "fuzz/fuzz.h"

static bool
is_same_list(const struct dmarc_uris *a, const struct dmarc_uris *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = str_eq(a->list[i], b->list[i]);
	return same;
}

static bool
is_same(const struct dmarc_record *a, const struct dmarc_record *b)
{
	return a->applies == b->applies && a->p == b->p && a->sp == b->sp &&
		a->np == b->np && a->sp_given == b->sp_given &&
		a->np_given == b->np_given &&
		a->strict_dkim == b->strict_dkim &&
		a->strict_spf == b->strict_spf && a->testing == b->testing &&
		a->psd == b->psd && is_same_list(&a->rua, &b->rua) &&
		is_same_list(&a->ruf, &b->ruf) &&
		a->fo == b->fo;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = input(data, size);
	struct arena *arena = arena_new(0);
	struct dmarc_record record, again;
	const char *difference;
	int err = record_parse(arena, text, &record);

	must(err == (record_is_dmarc(text) ? 0 : ERR_SYNTAX));
	if (err == 0) {
		must(is_clean(record.text, ""));
		must(record_parse(arena, record.text, &again) == 0);
		must(str_eq(again.text, record.text));
		must(is_same(&record, &again));
		must(opendmarc_compare(arena, STR("x.com"), &record,
			&difference) == 0);
		must(difference == NULL);
	}
	arena_free(arena);
	return 0;
}
