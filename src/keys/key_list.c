#include "keys/args.h"
#include "keys/key.h"
#include "keys/keyset.h"

#include <stdio.h>
#include <sysexits.h>

static const struct args_syntax syntax = {
	.name = "mailvet key list",
	.options = ARG_CONFIG | ARG_KEYS,
	.most = 1,
	.help = "usage: mailvet key list [DOMAIN] [OPTION ...]\n\n"
		"Lists the keys that mailvet-sign uses and those in the "
		"directory of keys.\n\n"
		"  --keys DIRECTORY   with DOMAIN/SELECTOR.pem in it\n"
		"  -c, --config FILE  the configuration\n",
};

static const char *
use_of(const struct keyset_item *item)
{
	if (item->key == NULL)
		return "broken";
	if (item->retired)
		return "retired";
	return item->used ? "used" : "unused";
}

static void
print(const struct keyset_item *item)
{
	struct str type = item->key != NULL ? sign_key_type(item->key) :
					      STR("-");

	printf("%-24.*s %-12.*s %-8.*s %5u %-8s %s\n", STR_ARG(item->domain),
		STR_ARG(item->selector), STR_ARG(type),
		item->key != NULL ? sign_key_bits(item->key) : 0,
		use_of(item), item->path);
}

static int
list(struct arena *arena, const struct args *args)
{
	struct str domain = { NULL, 0 };
	struct keyset set;
	size_t found = 0;

	if (args->count > 0 &&
		keyset_domain(arena, args->words[0], &domain) < 0)
		return EX_OSERR;
	if (keyset_load(arena, args->config, args->keys, &set) < 0) {
		keyset_complain(&set);
		return EX_CONFIG;
	}
	printf("%-24s %-12s %-8s %5s %-8s %s\n", "DOMAIN", "SELECTOR", "TYPE",
		"BITS", "USE", "FILE");
	for (size_t i = 0; i < set.count; i++) {
		if (args->count > 0 && !str_eq(set.items[i].domain, domain))
			continue;
		print(&set.items[i]);
		found++;
	}
	if (keyset_complain(&set))
		return EX_CONFIG;
	if (args->count == 0 || found > 0)
		return EX_OK;
	fprintf(stderr, "mailvet: there is no key of %s\n", args->words[0]);
	return EX_NOINPUT;
}

int
key_list(int argc, char **argv)
{
	return args_run(&syntax, argc, argv, list);
}
