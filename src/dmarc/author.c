#include "dmarc/author.h"

#include "dmarc/claim.h"
#include "dns/name.h"
#include "mail/address.h"
#include "mail/encoded.h"

/*
 * Does the name end as names do (RFC 1123 section 2.1, and A-labels)?  There
 * are readers that look for an address in the text and leave out what is behind
 * it: "a@x.com-" is a@x.com to them.  A name without a dot is nobody else's.
 */
static bool
ends_well(struct str name)
{
	struct str top = name_last_labels(name, 1);
	bool letters = true;

	for (size_t i = 0; i < top.n; i++)
		letters = letters && is_alpha(top.p[i]);
	return letters || top.n == name.n ||
		(str_istarts(top, STR("xn--")) && top.p[top.n - 1] != '-');
}

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
		if (err == 0 && !ends_well(name))
			err = ERR_SYNTAX;
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

static bool
has_any(struct str text, struct str bytes)
{
	for (size_t i = 0; i < text.n; i++)
		if (memchr(bytes.p, text.p[i], bytes.n) != NULL)
			return true;
	return false;
}

/* What a reader might show in place of the author. */
static int
look_behind(struct arena *arena, struct str value, bool plain_names,
	struct author *found)
{
	struct decoded decoded;
	int foreign = encoded_decode(arena, value, &decoded);

	if (foreign < 0)
		return foreign;
	if (has_any(decoded.words, STR("\0\r\n"))) {
		found->problem = STR("an encoded word in From hides control "
			"characters");
		return 0;
	}
	if (has_any(decoded.words, STR("<>,;:")))
		foreign = claim_is_foreign(arena, decoded.words,
			found->domain);
	/* Or it sets off what stands in quotes, or beside it. */
	if (foreign == 0 && has_any(decoded.words, STR("<>,;:\"\\()")))
		foreign = claim_is_foreign(arena, value, found->domain);
	if (foreign > 0)
		found->problem = STR("an encoded word in From hides an "
			"address");
	if (foreign != 0 || !plain_names)
		return foreign;
	foreign = claim_is_foreign(arena, decoded.text, found->domain);
	if (foreign > 0)
		found->problem = STR("From shows an address of another "
			"domain");
	return foreign;
}

/*
 * The one From field.  White space before the colon (RFC 5322 section 4.5)
 * makes no other field of it.
 */
static struct str
from_value(const struct headers *headers, struct author *found)
{
	struct str value = { NULL, 0 };
	unsigned count = 0;

	for (size_t i = 0; i < headers->count; i++) {
		if (!str_ieq(str_trim(headers->fields[i].name), STR("From")))
			continue;
		value = headers->fields[i].value;
		count++;
	}
	if (count == 0)
		found->problem = STR("no From field");
	else if (count > 1)
		found->problem = STR("several From fields");
	return value;
}

static int
read_value(struct arena *arena, struct str value, bool plain_names,
	struct author *found)
{
	struct authors authors;
	int err = address_authors(arena, value, &authors);

	if (err == ERR_SYNTAX)
		found->problem = STR("From is not a list of addresses");
	else if (err == ERR_LIMIT)
		found->problem = STR("too many addresses in From");
	if (err == 0)
		err = common_domain(arena, &authors, found);
	if (err == 0)
		err = look_behind(arena, value, plain_names || authors.loose,
			found);
	if (found->problem.n > 0)
		found->domain = (struct str){ NULL, 0 };
	return err == ERR_NOMEM ? err : 0;
}

int
author_find(struct arena *arena, const struct headers *headers,
	bool plain_names, struct author *ret)
{
	struct author found = { .problem = { NULL, 0 } };
	struct str value = from_value(headers, &found);
	int err = 0;

	if (found.problem.n == 0)
		err = read_value(arena, value, plain_names, &found);
	if (err == 0)
		*ret = found;
	return err;
}
