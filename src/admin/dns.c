/*
 * mailvet dns: the records that a domain needs, and what the DNS has instead.
 */
#include "admin/command.h"
#include "dns/name.h"
#include "keys/args.h"
#include "keys/keyset.h"
#include "keys/published.h"
#include "keys/resolver.h"
#include "keys/txt.h"

#include <limits.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static const struct args_syntax syntax = {
	.name = "mailvet dns",
	.options = ARG_CONFIG | ARG_KEYS | ARG_ZONE | ARG_CHECK | ARG_FORMAT,
	.least = 1,
	.most = 1,
	.help = "usage: mailvet dns DOMAIN [OPTION ...]\n\n"
		"Prints the SPF, DKIM and DMARC records that the domain "
		"needs.\n\n"
		"  --check            compare with what the DNS has\n"
		"  --format FORMAT    bind (default), nsd or plain\n"
		"  --zone FILE        a master file in place of the DNS\n"
		"  --keys DIRECTORY   with DOMAIN/SELECTOR.pem in it\n"
		"  -c, --config FILE  the configuration\n",
};

struct report {
	struct arena *arena;
	const struct args *args;
	struct keyset set;
	struct str domain;
	struct dns_scope scope; /* with --check */
	size_t bad, unanswered;
};

/* ---- SPF and DMARC: a proposal, for which there may be better ----------- */

/* Is it a record of that version, "v=spf1 …" or "v=DMARC1; …"? */
static bool
has_version(struct str text, struct str version)
{
	struct str rest;

	if (!str_istarts(text, version))
		return false;
	rest = str_trim(str_from(text, version.n));
	return text.n == version.n || rest.n == 0 || rest.p[0] == ';' ||
		rest.p > text.p + version.n;
}

/* How many of them there are; *found is one. */
static size_t
find_version(const struct dns_answer *answer, struct str version,
	struct str *found)
{
	size_t count = 0;

	for (size_t i = 0; answer->status == DNS_FOUND && i < answer->count;
		i++) {
		if (!has_version(answer->records[i].data, version))
			continue;
		*found = answer->records[i].data;
		count++;
	}
	return count;
}

static void
remark_text(struct report *r, const char *what, struct str text)
{
	struct strbuf sb = sb_new(r->arena);

	sb_add_escaped(&sb, text, 600);
	text = sb_done(&sb);
	txt_remark(stdout, "%s%.*s", what, STR_ARG(text));
}

/* One record of that version has to be there; any will do. */
static void
check_policy(struct report *r, const struct txt *want, struct str version)
{
	const struct dns_answer *answer =
		dns_lookup(&r->scope, want->name, DNS_TXT);
	struct str found = { NULL, 0 };
	size_t count = find_version(answer, version, &found);

	if (count == 1 && str_eq(found, want->text)) {
		txt_remark(stdout, "%.*s: ok", STR_ARG(want->name));
		return;
	}
	if (count == 1) {
		txt_remark(stdout, "%.*s: there is another one",
			STR_ARG(want->name));
		remark_text(r, "The DNS has: ", found);
		txt_remark(stdout, "instead of:");
	} else if (count > 1) {
		txt_remark(stdout, "%.*s: several records; only one may "
			"remain, such as:", STR_ARG(want->name));
		r->bad++;
	} else if (dns_is_temporary(answer)) {
		txt_remark(stdout, "%.*s: the DNS gives no answer for now",
			STR_ARG(want->name));
		r->bad++;
		r->unanswered++;
	} else {
		txt_remark(stdout, "%.*s: missing", STR_ARG(want->name));
		r->bad++;
	}
	txt_print(stdout, r->args->format, want);
}

static void
print_policy(struct report *r, const struct txt *want, struct str version,
	const char *remark)
{
	if (r->args->check) {
		check_policy(r, want, version);
		return;
	}
	txt_remark(stdout, "%s", remark);
	txt_print(stdout, r->args->format, want);
}

/* The host that sends: as it calls itself, if that is a whole name. */
static struct str
sending_host(struct report *r)
{
	static char name[HOST_NAME_MAX + 1];
	const char *host = r->set.common->authserv_id;
	struct str normal;

	if (host == NULL && gethostname(name, sizeof(name) - 1) == 0)
		host = name;
	if (host == NULL ||
		name_normalise(r->arena, str_of(host), &normal) < 0 ||
		name_labels(normal) < 2)
		return (struct str){ NULL, 0 };
	return normal;
}

static int
print_spf(struct report *r)
{
	struct strbuf sb = sb_new(r->arena);
	struct str host = sending_host(r);
	struct txt want = { .name = r->domain };

	sb_addz(&sb, "v=spf1 mx");
	if (host.n > 0)
		sb_addf(&sb, " a:%.*s", STR_ARG(host));
	sb_addz(&sb, " ~all");
	want.text = sb_done(&sb);
	if (want.text.p == NULL)
		return ERR_NOMEM;
	print_policy(r, &want, STR("v=spf1"),
		"SPF: name all hosts that send for the domain.");
	return 0;
}

static int
print_dmarc(struct report *r)
{
	struct strbuf name = sb_new(r->arena), text = sb_new(r->arena);
	struct txt want;

	sb_addf(&name, "_dmarc.%.*s", STR_ARG(r->domain));
	sb_addf(&text, "v=DMARC1; p=none; rua=mailto:postmaster@%.*s",
		STR_ARG(r->domain));
	want = (struct txt){ sb_done(&name), sb_done(&text) };
	if (want.name.p == NULL || want.text.p == NULL)
		return ERR_NOMEM;
	print_policy(r, &want, STR("v=DMARC1"),
		"DMARC: p=quarantine or p=reject once the reports are clean.");
	return 0;
}

/* ---- DKIM: the key is what it is ----------------------------------------- */

static int
check_key(struct report *r, const struct keyset_item *item,
	const struct txt *want)
{
	struct published published;
	int err = published_judge(r->arena, item->key,
		dns_lookup(&r->scope, want->name, DNS_TXT), &published);

	if (err < 0)
		return err;
	txt_remark(stdout, "%.*s: %s", STR_ARG(want->name),
		published_text(published.state));
	if (published.state == PUBLISHED_OK)
		return 0;
	r->bad++;
	r->unanswered += published.state == PUBLISHED_NO_ANSWER;
	txt_remark(stdout, "%.*s", STR_ARG(published.why));
	if (published.text.n > 0)
		remark_text(r, "The DNS has: ", published.text);
	txt_print(stdout, r->args->format, want);
	return 0;
}

static int
print_key(struct report *r, const struct keyset_item *item)
{
	struct txt want = {
		keyset_name(r->arena, item->selector, r->domain),
		keyset_record(r->arena, item->key),
	};

	if (want.name.p == NULL || want.text.p == NULL)
		return ERR_NOMEM;
	if (r->args->check)
		return check_key(r, item, &want);
	txt_remark(stdout, "DKIM: %.*s, %u bits%s",
		STR_ARG(sign_key_type(item->key)), sign_key_bits(item->key),
		item->used ? "" : ", not used by the configuration");
	txt_print(stdout, r->args->format, &want);
	return 0;
}

static int
print_keys(struct report *r)
{
	size_t seen = 0;
	int err = 0;

	for (size_t i = 0; i < r->set.count && err == 0; i++) {
		const struct keyset_item *item = &r->set.items[i];

		if (item->key == NULL || item->retired ||
			(!str_eq(item->domain, r->domain) &&
				!str_eq(item->domain, STR("*"))))
			continue;
		err = print_key(r, item);
		seen++;
	}
	if (err == 0 && seen == 0 && r->set.errors.count == 0) {
		txt_remark(stdout, "DKIM: there is no key; \"mailvet key new "
			"%.*s\" makes one.", STR_ARG(r->domain));
		r->bad++;
	}
	return err;
}

/* ---- the command -------------------------------------------------------- */

static int
print_all(struct report *r)
{
	int err = print_spf(r);

	if (err == 0)
		err = print_keys(r);
	if (err == 0)
		err = print_dmarc(r);
	if (keyset_complain(&r->set))
		return EX_CONFIG;
	if (err < 0)
		return EX_OSERR;
	if (!r->args->check)
		return EX_OK;
	if (r->unanswered > 0 && r->unanswered == r->bad)
		return EX_TEMPFAIL;
	return r->bad > 0 ? 1 : EX_OK;
}

static int
fill_and_print(struct report *r)
{
	struct dns *dns = NULL;
	int status;

	if (keyset_load(r->arena, r->args->config, r->args->keys, &r->set) <
		0) {
		keyset_complain(&r->set);
		return EX_CONFIG;
	}
	if (r->args->check) {
		dns = resolver_open(r->set.common, r->args->zone);
		if (dns == NULL)
			return EX_NOINPUT;
		r->scope = (struct dns_scope){ .dns = dns, .arena = r->arena,
			.budget = r->set.common->deadline };
	}
	status = print_all(r);
	dns_close(dns);
	return status;
}

static int
run(struct arena *arena, const struct args *args)
{
	struct report report = { .arena = arena, .args = args };

	if (name_normalise(arena, str_of(args->words[0]), &report.domain) ==
		0)
		return fill_and_print(&report);
	fprintf(stderr, "mailvet: %s is not a domain name\n", args->words[0]);
	return EX_USAGE;
}

int
command_dns(int argc, char **argv)
{
	return args_run(&syntax, argc, argv, run);
}
