#include "dns/name.h"
#include "keys/args.h"
#include "keys/key.h"
#include "keys/keyset.h"
#include "keys/txt.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static const struct args_syntax syntax = {
	.name = "mailvet key retire",
	.options = ARG_CONFIG | ARG_KEYS | ARG_FORCE,
	.least = 2,
	.most = 2,
	.help = "usage: mailvet key retire DOMAIN SELECTOR [OPTION ...]\n\n"
		"Renames SELECTOR.pem to SELECTOR.retired, so that nothing "
		"is signed by it any more,\nand prints the record that "
		"revokes it.\n\n"
		"  --force            even if the configuration uses it\n"
		"  --keys DIRECTORY   with DOMAIN/SELECTOR.pem in it\n"
		"  -c, --config FILE  the configuration\n",
};

/* Of several files for the selector, one that is used: nothing may be said of
 * revoking its key. */
static const struct keyset_item *
find(const struct keyset *set, const struct args *args)
{
	const struct keyset_item *found = NULL;
	struct str domain = { NULL, 0 };

	if (name_normalise(set->arena, str_of(args->words[0]), &domain) < 0)
		return NULL;
	for (size_t i = 0; i < set->count; i++) {
		const struct keyset_item *item = &set->items[i];

		if (!item->retired && str_eq(item->domain, domain) &&
			str_ieq(item->selector, str_of(args->words[1])) &&
			(found == NULL || item->used))
			found = item;
	}
	return found;
}

/* Never over a file that is there: link, then unlink. */
static int
put_aside(struct arena *arena, const char *path)
{
	struct str text = str_of(path);
	struct strbuf sb = sb_new(arena);
	const char *target;

	if (str_iends(text, STR(".pem")))
		text.n -= 4;
	sb_addf(&sb, "%.*s.retired", STR_ARG(text));
	target = sb_done(&sb).p;
	if (target == NULL)
		return EX_OSERR;
	if (link(path, target) < 0 || unlink(path) < 0) {
		fprintf(stderr, "mailvet: %s: %s\n", target, strerror(errno));
		return EX_CANTCREAT;
	}
	txt_remark(stdout, "The private key is now %s.", target);
	return EX_OK;
}

static int
retire(const struct keyset *set, const struct args *args)
{
	const struct keyset_item *item = find(set, args);
	struct txt record = { .text = STR("v=DKIM1; p=") };
	int status;

	if (item == NULL) {
		fprintf(stderr, "mailvet: there is no key %s of %s\n",
			args->words[1], args->words[0]);
		return EX_NOINPUT;
	}
	if (set->use_unknown && !args->force) {
		keyset_complain(set);
		fprintf(stderr, "mailvet: does the configuration use %s? "
				"Correct it first\n", item->path);
		return EX_CONFIG;
	}
	if (item->used && !args->force) {
		fprintf(stderr, "mailvet: the configuration uses %s: take it "
				"out and reload mailvet-sign first\n",
			item->path);
		return EX_UNAVAILABLE;
	}
	record.name = keyset_name(set->arena, item->selector, item->domain);
	status = record.name.p != NULL ? put_aside(set->arena, item->path) :
					 EX_OSERR;
	if (status != EX_OK)
		return status;
	txt_remark(stdout, "Leave the record in the DNS until the mail that "
			   "it signed has arrived,");
	txt_remark(stdout, "a week, say; then delete the key and publish:");
	txt_print(stdout, FORMAT_BIND, &record);
	return EX_OK;
}

static int
run(struct arena *arena, const struct args *args)
{
	struct keyset set;

	if (keyset_load(arena, args->config, args->keys, &set) < 0) {
		keyset_complain(&set);
		return EX_CONFIG;
	}
	return retire(&set, args);
}

int
key_retire(int argc, char **argv)
{
	return args_run(&syntax, argc, argv, run);
}
