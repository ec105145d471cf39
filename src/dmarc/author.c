#include "dmarc/author.h"

#include "dns/name.h"
#include "mail/address.h"

/* The one domain of all boxes; ERR_SYNTAX with ret->problem set, ERR_NOMEM. */
static int
common_domain(struct arena *arena, const struct authors *authors,
	struct author *ret)
{
	struct str first = { NULL, 0 }, name;

	for (size_t i = 0; i < authors->count; i++) {
		struct str domain = authors->boxes[i].domain;
		int err;

		if (i > 0 && str_ieq(domain, authors->boxes[i - 1].domain))
			continue;
		err = name_normalise(arena, domain, &name);
		if (err == ERR_SYNTAX)
			ret->problem = STR("the domain in From is not a name");
		if (err != 0)
			return err;
		if (first.n > 0 && !str_eq(first, name)) {
			ret->problem = STR("several domains in From");
			return ERR_SYNTAX;
		}
		first = name;
	}
	if (first.n == 0) {
		ret->problem = STR("no address in From");
		return ERR_SYNTAX;
	}
	ret->domain = first;
	return 0;
}

int
author_find(struct arena *arena, const struct headers *headers,
	struct author *ret)
{
	struct author found = { .problem = { NULL, 0 } };
	unsigned count = headers_count(headers, STR("From"));
	struct authors authors;
	int err;

	if (count != 1) {
		found.problem = count == 0 ? STR("no From field") :
			STR("several From fields");
		*ret = found;
		return 0;
	}
	err = address_authors(arena,
		headers_find(headers, STR("From"), 1)->value, &authors);
	if (err == ERR_SYNTAX)
		found.problem = STR("From is not a list of addresses");
	else if (err == ERR_LIMIT)
		found.problem = STR("too many addresses in From");
	if (err == 0)
		err = common_domain(arena, &authors, &found);
	if (err == ERR_NOMEM)
		return err;
	*ret = found;
	return 0;
}
