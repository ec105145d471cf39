#include "report/exclude.h"

#include "base/strbuf.h"
#include "dns/name.h"

int
exclude_target(struct arena *arena, struct str text, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct destination d;
	int err;

	if (str_index(text, '@') == text.n)
		return name_normalise(arena, text, ret);
	sb_addf(&sb, "mailto:%.*s", STR_ARG(text));
	err = destination_parse(arena, sb_done(&sb), &d);
	if (err == 0)
		*ret = d.address;
	return err;
}

int
exclude_add(struct reporter *r, struct str target)
{
	return store_run(r->store, "INSERT INTO exclusions (target, added) "
		"VALUES ($1, $2) ON CONFLICT (target) DO NOTHING",
		PARAMS(TEXT(target), INT(r->now)));
}

int
exclude_remove(struct reporter *r, struct str target)
{
	return store_run(r->store, "DELETE FROM exclusions WHERE target = $1",
		PARAMS(TEXT(target)));
}

struct loading {
	struct arena *arena;
	struct exclusions all;
};

static int
take_row(void *arg, const struct value *columns)
{
	struct loading *l = arg;
	struct str target = arena_copy(l->arena, columns[0].text);

	l->all.targets = arena_grow(l->arena, l->all.targets,
		l->all.count * sizeof(target),
		(l->all.count + 1) * sizeof(target));
	if (l->all.targets == NULL || target.p == NULL)
		return ERR_NOMEM;
	l->all.targets[l->all.count++] = target;
	return 0;
}

int
exclude_load(struct reporter *r, struct exclusions *ret)
{
	struct loading l = { .arena = r->arena };
	int err = store_each(r->store, "SELECT target FROM exclusions "
		"ORDER BY target", NO_PARAMS, take_row, &l);

	if (err == 0)
		*ret = l.all;
	return err;
}

bool
excludes_domain(const struct exclusions *all, struct str domain)
{
	for (size_t i = 0; i < all->count; i++)
		if (name_within(domain, all->targets[i]))
			return true;
	return false;
}

bool
excludes_destination(const struct exclusions *all,
	const struct destination *d)
{
	for (size_t i = 0; i < all->count; i++)
		if (str_ieq(all->targets[i], d->address))
			return true;
	return excludes_domain(all, d->host);
}
