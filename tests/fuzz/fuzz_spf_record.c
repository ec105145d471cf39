/* An SPF record: its terms, and the form of it that libspf2 gets. */
#include "fuzz/fuzz.h"
#include "spf/terms.h"

static bool
within(struct str part, struct str whole)
{
	return part.n == 0 || (part.p >= whole.p &&
		part.p + part.n <= whole.p + whole.n);
}

/* Read it; is it free of errors? */
static bool
read_terms(struct str record)
{
	struct spf_reader reader = spf_record_open(record);
	struct spf_term term;
	int more;

	while ((more = spf_record_next(&reader, &term)) > 0) {
		must(within(term.text, record) && term.text.n > 0);
		must(within(term.domain, term.text));
		must(term.prefix4 <= 32 && term.prefix6 <= 128);
		must(term.net.prefix <= 128);
		must(term.domain.n == 0 || macro_valid_domain(term.domain));
	}
	must(more == 0 || (more == ERR_SYNTAX && reader.error != NULL));
	return more == 0;
}

static void
rewrite(struct str record, enum ip_family family, bool valid)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { .arena = arena };
	struct spf_eval eval = { .scope = &scope, .arena = arena,
		.client = { family, { 192, 0, 2, 1 } } };
	struct policy policy = { .domain = STR("d.test") };
	struct str form;

	must(spf_rewrite(&eval, &policy, record, &form) == valid);
	must(valid || eval.result == AUTH_PERMERROR);
	/* libspf2 has room for about 511 bytes of its own form. */
	must(!valid || (form.n < 400 && is_clean(form, "")));
	must(valid || is_clean(eval.reason, ""));
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str record = input(data, size);
	bool valid;

	if (!spf_record_is(record))
		return 0;
	valid = read_terms(record);
	rewrite(record, IP_V4, valid);
	rewrite(record, IP_V6, valid);
	return 0;
}
