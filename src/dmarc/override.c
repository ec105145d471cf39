#include "dmarc/override.h"

#include "dns/name.h"

static bool
is_named(const struct condition *c, struct str name)
{
	if (name.n == 0)
		return false;
	return c->below ? name_within(name, c->name) : str_ieq(name, c->name);
}

/* The identifier of RFC 2919: what stands in the last angle brackets. */
static struct str
list_id(struct str value)
{
	const char *open = memrchr(value.p, '<', value.n);

	if (open == NULL)
		return str_trim(value);
	value = str_from(value, (size_t)(open - value.p) + 1);
	return str_trim(str_first(value, str_index(value, '>')));
}

static bool
has_list_id(const struct condition *c, const struct headers *headers)
{
	const struct header *field;

	for (unsigned n = 1; (field = headers_find(
		headers, STR("List-Id"), n)) != NULL; n++)
		if (is_named(c, list_id(field->value)))
			return true;
	return false;
}

/* Who handed the message on, if he can be sure of. */
static bool
is_forwarded(const struct condition *c, const struct results *results)
{
	const struct spf_results *spf = &results->spf;
	const struct dkim_results *dkim = &results->dkim;

	if (spf->known && spf->mail_from == AUTH_PASS &&
		is_named(c, spf->mail_from_domain))
		return true;
	if (spf->known && spf->helo_known && spf->helo == AUTH_PASS &&
		is_named(c, spf->helo_name))
		return true;
	for (size_t i = 0; dkim->known && i < dkim->count; i++)
		if (dkim->sigs[i].result == AUTH_PASS &&
			is_named(c, dkim->sigs[i].domain))
			return true;
	return false;
}

static bool
holds(const struct condition *c, const struct message *m)
{
	switch (c->kind) {
	case BY_FROM:
		return is_named(c, m->results.dmarc.author_domain);
	case BY_CLIENT:
		return ipnet_contains(&c->net, &m->connection->client);
	case BY_LIST_ID:
		return has_list_id(c, &m->headers);
	case BY_FORWARDER:
		return is_forwarded(c, &m->results);
	}
	return false;
}

const struct override *
override_find(const struct overrides *overrides, const struct message *message)
{
	for (size_t i = 0; i < overrides->count; i++) {
		const struct override *o = &overrides->list[i];
		size_t n = 0;

		while (n < o->count && holds(&o->conditions[n], message))
			n++;
		if (n == o->count)
			return o;
	}
	return NULL;
}
