#include "keys/args.h"
#include "keys/key.h"
#include "keys/keyset.h"
#include "keys/published.h"
#include "keys/resolver.h"
#include "keys/txt.h"

#include <stdio.h>
#include <sysexits.h>

static const struct args_syntax syntax = {
	.name = "mailvet key check",
	.options = ARG_CONFIG | ARG_KEYS | ARG_ZONE,
	.most = 1,
	.help = "usage: mailvet key check [DOMAIN] [OPTION ...]\n\n"
		"Fetches the records of the keys, compares and explains.\n\n"
		"  --zone FILE        a master file in place of the DNS\n"
		"  --keys DIRECTORY   with DOMAIN/SELECTOR.pem in it\n"
		"  -c, --config FILE  the configuration\n",
};

struct check {
	struct keyset set;
	struct dns_scope scope;
	size_t seen, bad, unanswered;
};

static void
print(struct check *check, const struct keyset_item *item,
	const struct published *published, struct str name)
{
	struct txt record = { name,
		keyset_record(check->set.arena, item->key) };
	struct strbuf sb = sb_new(check->set.arena);
	struct str shown;

	printf("%.*s: %s%s%s\n", STR_ARG(name),
		published_text(published->state),
		published->secure ? ", secured by DNSSEC" : "",
		item->used ? "" : " (the configuration does not use it)");
	if (published->state == PUBLISHED_OK)
		return;
	printf("  %.*s\n", STR_ARG(published->why));
	sb_add_escaped(&sb, published->text, 600);
	shown = sb_done(&sb);
	if (shown.n > 0)
		printf("  The DNS has: %.*s\n", STR_ARG(shown));
	printf("  It should be:\n");
	txt_print(stdout, FORMAT_BIND, &record);
}

static int
check_one(struct check *check, const struct keyset_item *item)
{
	struct arena *arena = check->set.arena;
	struct published published;
	struct str name;
	int r;

	if (!keyset_is_published(item))
		return 0;
	name = keyset_name(arena, item->selector, item->domain);
	if (name.p == NULL)
		return ERR_NOMEM;
	r = published_judge(arena, item->key,
		dns_lookup(&check->scope, name, DNS_TXT), &published);
	if (r < 0)
		return r;
	check->seen++;
	check->bad += published.state != PUBLISHED_OK;
	check->unanswered += published.state == PUBLISHED_NO_ANSWER;
	print(check, item, &published, name);
	return 0;
}

static int
check_all(struct check *check, const struct args *args)
{
	bool any = args->count == 0;
	struct str domain = { NULL, 0 };
	int r = any ? 0 : keyset_domain(check->set.arena, args->words[0],
		&domain);

	if (r == 0)
		r = keyset_ask(&check->set, domain, &check->scope);
	for (size_t i = 0; i < check->set.count && r == 0; i++) {
		const struct keyset_item *item = &check->set.items[i];

		if (any || str_eq(item->domain, domain))
			r = check_one(check, item);
	}
	if (keyset_complain(&check->set))
		return EX_CONFIG;
	if (r < 0)
		return EX_OSERR;
	if (check->seen == 0) {
		fprintf(stderr, "mailvet: there is no key%s%s\n",
			any ? "" : " of ", any ? "" : args->words[0]);
		return EX_NOINPUT;
	}
	if (check->unanswered > 0 && check->unanswered == check->bad)
		return EX_TEMPFAIL;
	return check->bad > 0 ? 1 : EX_OK;
}

static int
run(struct arena *arena, const struct args *args)
{
	struct check check = { .seen = 0 };
	struct dns *dns;
	int status;

	if (keyset_load(arena, args->config, args->keys, &check.set) < 0) {
		keyset_complain(&check.set);
		return EX_CONFIG;
	}
	dns = resolver_open(check.set.common, args->zone);
	if (dns == NULL)
		return EX_NOINPUT;
	check.scope = (struct dns_scope){ .dns = dns, .arena = arena,
		.budget = check.set.common->deadline };
	status = check_all(&check, args);
	dns_close(dns);
	return status;
}

int
key_check(int argc, char **argv)
{
	return args_run(&syntax, argc, argv, run);
}
