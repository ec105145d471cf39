#include "filter/lists.h"

#include "base/listfile.h"
#include "dns/name.h"
#include "mail/address.h"

#include <stdlib.h>

/* A list being read. */
struct reading {
	const struct load *load;
	struct ipnet_list *nets;
	size_t room; /* of nets */
	struct name_list *names;
	bool addresses; /* may be among the names */
};

/* ---- networks ---- */

static int
take_net(void *arg, struct str item)
{
	struct reading *r = arg;
	size_t room = r->room > 0 ? r->room * 2 : 16;
	struct ipnet net;

	if (!ipnet_parse(item, &net))
		return ERR_SYNTAX;
	if (r->nets->count == r->room) {
		struct ipnet *nets = arena_grow(r->load->arena, r->nets->nets,
			r->room * sizeof(net), room * sizeof(net));

		if (nets == NULL)
			return ERR_NOMEM;
		r->nets->nets = nets;
		r->room = room;
	}
	r->nets->nets[r->nets->count++] = net;
	return 0;
}

static int
read_list(struct reading *r, const struct list_option *option,
	int (*take)(void *arg, struct str item), const char *expected)
{
	const struct list_taker taker = { take, r, expected };

	return listfile_read(option->words,
		conf_where(r->load->conf, option->section, option->key),
		r->load->errors, &taker);
}

int
lists_nets(const struct load *load, const struct list_option *option,
	struct ipnet_list *ret)
{
	struct reading r = { .load = load, .nets = ret };

	*ret = (struct ipnet_list){ NULL, 0 };
	return read_list(&r, option, take_net, "an address or a network");
}

/* ---- names and addresses ---- */

/* As stored and looked up: "local@domain", lower case, either perhaps empty. */
static int
address_form(struct arena *arena, struct mailbox box, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	struct str domain = { "", 0 };

	if (box.domain.n > 0) {
		int err = name_normalise(arena, box.domain, &domain);

		if (err < 0)
			return err;
	}
	sb_add_lower(&sb, box.local);
	sb_addc(&sb, '@');
	sb_add(&sb, domain);
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

/* Likewise: "name", or ".name" for all below it. */
static int
name_form(struct arena *arena, struct str text, struct str *ret)
{
	bool below = text.n > 0 && *text.p == '.';
	struct strbuf sb = sb_new(arena);
	struct str name;
	int err = name_normalise(arena, str_from(text, below), &name);

	if (err < 0)
		return err;
	sb_addz(&sb, below ? "." : "");
	sb_add(&sb, name);
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

static int
normalise(const struct reading *r, struct str item, struct str *ret)
{
	struct mailbox box = address_split(item);
	bool at = box.local.n < item.n;
	bool quoted = item.n > 0 && *item.p == '"';

	/* "*@example.org" would be an address of its own: no wildcards here. */
	if (at && (!r->addresses || str_eq(box.local, STR("*")) ||
		memchr(item.p, ' ', item.n) != NULL ||
		(!quoted && memchr(item.p, '@', box.local.n) != NULL)))
		return ERR_SYNTAX;
	if (!at || box.local.n == 0)
		return name_form(r->load->arena, at ? box.domain : item, ret);
	return address_form(r->load->arena, box, ret);
}

static int
take_name(void *arg, struct str item)
{
	struct reading *r = arg;
	struct name_list *list = r->names;
	size_t room = list->room > 0 ? list->room * 2 : 16;
	struct str name;
	int err = normalise(r, item, &name);

	if (err < 0)
		return err;
	if (list->count == list->room) {
		struct str *items = arena_grow(r->load->arena, list->items,
			list->room * sizeof(name), room * sizeof(name));

		if (items == NULL)
			return ERR_NOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = name;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct str *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = n > 0 ? memcmp(x->p, y->p, n) : 0;

	if (order != 0)
		return order;
	return (x->n > y->n) - (x->n < y->n);
}

static int
read_names(struct reading *r, const struct list_option *option,
	const char *expected)
{
	int err;

	*r->names = (struct name_list){ NULL, 0, 0 };
	err = read_list(r, option, take_name, expected);
	if (r->names->count > 0)
		qsort(r->names->items, r->names->count, sizeof(struct str),
			compare);
	return err;
}

int
lists_names(const struct load *load, const struct list_option *option,
	struct name_list *ret)
{
	struct reading r = { .load = load, .names = ret };

	return read_names(&r, option, "a host or domain name");
}

int
lists_addresses(const struct load *load, const struct list_option *option,
	struct name_list *ret)
{
	struct reading r = { .load = load, .names = ret, .addresses = true };

	return read_names(&r, option, "an address or a domain name");
}

static bool
has(const struct name_list *list, struct str key)
{
	return list->count > 0 && bsearch(&key, list->items, list->count,
		sizeof(key), compare) != NULL;
}

/* The name itself, or one of the domains that it is below. */
static bool
has_name(const struct name_list *list, struct str name)
{
	if (name.n == 0)
		return false;
	if (has(list, name))
		return true;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '.' && has(list, str_from(name, i)))
			return true;
	return false;
}

bool
name_list_has(const struct name_list *list, struct arena *arena,
	struct str name)
{
	struct str normal;

	return list->count > 0 && name_normalise(arena, name, &normal) == 0 &&
		has_name(list, normal);
}

bool
name_list_has_address(const struct name_list *list, struct arena *arena,
	struct str address)
{
	struct mailbox box = address_split(address);
	size_t local = box.local.n;
	struct str key;
	int err;

	if (list->count == 0)
		return false;
	err = address_form(arena, box, &key);
	/* "alice@" is meant for an address literal, too. */
	if (err == ERR_SYNTAX)
		err = address_form(arena,
			(struct mailbox){ box.local, { "", 0 } }, &key);
	if (err < 0)
		return false;
	return has(list, key) || has(list, str_first(key, local + 1)) ||
		has_name(list, str_from(key, local + 1));
}
