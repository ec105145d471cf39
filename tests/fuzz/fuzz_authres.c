/*
 * Authentication-Results: whatever parses as somebody's is seen to claim his
 * name, and what we write of it says the same again.
 */
#include "fuzz/fuzz.h"

#include "dns/name.h"
#include "mail/authres.h"

static const unsigned all = AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DETAIL;

/* What is longer than any domain is written in part. */
static bool
is_same_domain(struct str a, struct str b)
{
	return a.n == b.n || a.n > NAME_MAX_BYTES;
}

static bool
is_same(const struct results *a, const struct results *b)
{
	bool same = a->spf.known == b->spf.known &&
		a->spf.mail_from == b->spf.mail_from &&
		a->dkim.known == b->dkim.known &&
		a->dkim.count == b->dkim.count;

	for (size_t i = 0; same && i < a->dkim.count; i++)
		same = a->dkim.sigs[i].result == b->dkim.sigs[i].result &&
			is_same_domain(a->dkim.sigs[i].domain,
				b->dkim.sigs[i].domain);
	return same;
}

static void
write_and_read(struct arena *arena, const struct results *results)
{
	struct fold fold = authres_write(arena, STR("mx"), results, all);
	struct str text = fold_done(&fold);
	struct results again = { 0 };
	struct authres parsed;

	must(is_clean(text, "\n\t"));
	must(authres_parse(arena, text, &parsed) == 0);
	must(authres_read(arena, &parsed, all, &again) == 0);
	must(is_same(results, &again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = input(data, size);
	struct arena *arena = arena_new(0);
	struct results results = { 0 };
	struct authres parsed;

	(void)authres_claims(text, STR("mx.example"));
	if (authres_parse(arena, text, &parsed) == 0) {
		must(parsed.authserv_id.n == 0 ||
			!authres_is_id(parsed.authserv_id) ||
			authres_claims(text, parsed.authserv_id));
		if (authres_read(arena, &parsed, all, &results) == 0)
			write_and_read(arena, &results);
	}
	arena_free(arena);
	return 0;
}
