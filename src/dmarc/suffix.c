#include "dmarc/suffix.h"

#include <libpsl.h>

struct suffixes {
	psl_ctx_t *psl;
};

static void
release(void *psl)
{
	psl_free(psl);
}

int
suffixes_load(struct arena *arena, const struct suffixes **ret)
{
	struct suffixes *s = arena_alloc(arena, sizeof(*s));
	int err;

	if (s == NULL)
		return ERR_NOMEM;
	s->psl = psl_latest(NULL);
	if (s->psl == NULL)
		return ERR_ABSENT;
	err = arena_defer(arena, release, s->psl);
	if (err == 0)
		*ret = s;
	return err;
}

int
suffix_registered(const struct suffixes *suffixes, struct arena *arena,
	struct str name, struct str *ret)
{
	struct str copy = arena_copy(arena, name);
	const char *registered;

	if (copy.p == NULL)
		return ERR_NOMEM;
	registered = psl_registrable_domain(suffixes->psl, copy.p);
	*ret = registered != NULL ? str_of(registered) : copy;
	return 0;
}
