#include "setup/setup.h"

#include "base/strbuf.h"
#include "setup/terminal.h"

#include <stdio.h>

bool
setup_is_domain(const char *text)
{
	return strchr(text, '.') != NULL && text[0] != '.' &&
		strpbrk(text, "@/, \t%;#=:") == NULL;
}

bool
setup_is_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at > text && setup_is_domain(at + 1) &&
		strpbrk(text, " \t<>\",;#") == NULL;
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
		struct str one = str_trim(str_cut(&answer, ' '));

		one = arena_copy(arena, one);
		if (one.n > 0 && setup_is_domain(one.p))
			list[n++] = one;
		else if (one.n > 0)
			printf("\"%s\" is not a domain.\n", one.p);
	}
	setup->domains = list;
	setup->domain_count = n;
}

/* Reports go to strangers: nobody's are sent who did not say so. */
static void
ask_reporter(struct setup *setup)
{
	const char *preset = setup->reporter != NULL ? setup->reporter : "none";
	const char *answer = ask(setup->host->arena,
		"Send DMARC reports from the address", preset);

	if (answer != NULL && setup_is_address(answer))
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
