#include "setup/setup.h"

#include "base/strbuf.h"
#include "dns/name.h"
#include "setup/terminal.h"

#include <stdio.h>

/* No hyphen at either end; and of the last one not digits alone: an address. */
static bool
is_label(struct str label, bool last)
{
	size_t digits = 0;

	while (digits < label.n && is_digit(label.p[digits]))
		digits++;
	return label.p[0] != '-' && label.p[label.n - 1] != '-' &&
		!(last && digits == label.n);
}

bool
setup_domain(struct arena *arena, struct str text, struct str *ret)
{
	struct str domain, rest;

	if (name_normalise(arena, text, &domain) < 0 ||
		name_labels(domain) < 2)
		return false;
	rest = domain;
	while (rest.p != NULL) {
		struct str label = str_cut(&rest, '.');

		if (!is_label(label, rest.p == NULL))
			return false;
	}
	*ret = arena_copy(arena, domain);
	return ret->p != NULL;
}

bool
setup_is_address(struct arena *arena, const char *text)
{
	const char *at = strchr(text, '@');
	struct str domain;

	return at != NULL && at > text &&
		setup_domain(arena, str_of(at + 1), &domain) &&
		strpbrk(text, " \t<>\",;#") == NULL;
}

static bool
is_new(const struct setup *setup, struct str domain)
{
	for (size_t i = 0; i < setup->domain_count; i++)
		if (str_eq(setup->domains[i], domain))
			return false;
	return true;
}

int
setup_normalise(struct setup *setup)
{
	struct arena *arena = setup->host->arena;
	const struct str *given = setup->domains;
	size_t count = setup->domain_count;
	int err = 0;

	setup->domains = arena_array(arena, count + 1, sizeof(struct str));
	setup->domain_count = 0;
	if (setup->domains == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct str domain;

		if (!setup_domain(arena, given[i], &domain)) {
			fprintf(stderr, "mailvet: \"%.*s\" is not a domain\n",
				STR_ARG(given[i]));
			err = ERR_SYNTAX;
		} else if (is_new(setup, domain)) {
			setup->domains[setup->domain_count++] = domain;
		}
	}
	return err;
}

static const char *
join_domains(const struct setup *setup)
{
	struct strbuf sb = sb_new(setup->host->arena);

	for (size_t i = 0; i < setup->domain_count; i++) {
		sb_addz(&sb, i > 0 ? " " : "");
		sb_add(&sb, setup->domains[i]);
	}
	return sb_done(&sb).p;
}

static void
ask_domains(struct setup *setup)
{
	struct arena *arena = setup->host->arena;
	struct str *list = arena_array(arena, SETUP_DOMAINS_MAX, sizeof(*list));
	struct str answer = str_of(ask(arena, "Domains whose mail is signed",
		join_domains(setup)));
	size_t n = 0;

	while (list != NULL && answer.p != NULL && n < SETUP_DOMAINS_MAX) {
		struct str some = str_cut(&answer, ' ');

		while (some.p != NULL && n < SETUP_DOMAINS_MAX) {
			struct str one = str_trim(str_cut(&some, ','));

			if (one.n > 0)
				list[n++] = arena_copy(arena, one);
		}
	}
	setup->domains = list;
	setup->domain_count = n;
	/* What is none was said, and is left out. */
	if (setup_normalise(setup) == ERR_NOMEM)
		setup->domain_count = 0;
}

/* Reports go to strangers: nobody's are sent who did not say so. */
static void
ask_reporter(struct setup *setup)
{
	const char *preset = setup->reporter != NULL ? setup->reporter : "none";
	const char *answer = ask(setup->host->arena,
		"Send DMARC reports from the address", preset);

	if (answer != NULL && setup_is_address(setup->host->arena, answer))
		setup->reporter = answer;
	else
		setup->reporter = NULL;
}

bool
setup_ask(struct setup *setup)
{
	struct arena *arena = setup->host->arena;
	const char *mode = setup->inbound ? "inbound" : "chain";

	setup->name = ask(arena, "Name of this mail host",
		setup->name != NULL ? setup->name : "mail.example.org");
	if (!setup->own_sign)
		ask_domains(setup);
	mode = ask(arena, "Milters: three that check (chain) or one (inbound)",
		mode);
	setup->inbound = mode != NULL && strcmp(mode, "inbound") == 0;
	ask_reporter(setup);
	printf("The mail server is %s.\n", mta_name(setup->mta));
	return ask_yes(arena, "Set it up?");
}
