/*
 * Lists of networks, names and addresses, as options have them: in the value or
 * in files (base/listfile.h).  Read once, for the snapshot; asked by all.
 */
#ifndef FILTER_LISTS_H
#define FILTER_LISTS_H

#include "filter/filter.h"

/*
 * Host and domain names, and mail addresses; case and the form of an IDN do not
 * matter:
 *     mail.example.org     that name, or any address there
 *     .example.org         all names below it, or any address there
 *     alice@example.org    an address
 *     alice@               that local part in any domain
 *     @example.org         as without the @
 */
struct name_list {
	struct str *items; /* sorted */
	size_t count;
	size_t room;
};

/* Which option, for its words and for complaints. */
struct list_option {
	const char *section;
	const char *key;
	const struct conf_list *words;
};

/* 0, ERR_CONFIG (reported through load->errors), ERR_NOMEM. */
int lists_nets(const struct load *load, const struct list_option *option,
	struct ipnet_list *ret) MUST_USE;
int lists_names(const struct load *load, const struct list_option *option,
	struct name_list *ret) MUST_USE; /* no addresses */
int lists_addresses(const struct load *load, const struct list_option *option,
	struct name_list *ret) MUST_USE;

/* Is a name on the list, or below one?  arena: for its normal form. */
bool name_list_has(const struct name_list *list, struct arena *arena,
	struct str name);

/* Is an address ("local@domain")? */
bool name_list_has_address(const struct name_list *list, struct arena *arena,
	struct str address);

#endif
