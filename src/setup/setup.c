/*
 * mailvet setup: from an installed package to checked and signed mail.
 */
#include "setup/setup.h"

#include "admin/command.h"
#include "doctor/doctor.h"
#include "host/mode.h"
#include "host/run.h"
#include "setup/terminal.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

struct options {
	const char *root;
	const char *mta;
	const char *mode;
	const char *reporter;
	struct str domains[SETUP_DOMAINS_MAX];
	size_t domain_count;
	bool dry_run, yes, undo;
};

static const char help[] =
	"usage: mailvet setup [OPTION ...]\n"
	"\n"
	"Makes this host check and sign its mail: keys, configuration,\n"
	"sockets and the mail server; then prints the DNS records to\n"
	"publish and runs mailvet doctor.  What is right is left alone.\n"
	"\n"
	"  --domain DOMAIN     sign mail of this domain; may be repeated\n"
	"  --mta MTA           sendmail, postfix or none (default: found)\n"
	"  --mode MODE         chain: a milter per check; inbound: one\n"
	"  --report-from ADDR  send DMARC reports from this address\n"
	"  --dry-run           show what would be done\n"
	"  --yes               ask nothing\n"
	"  --undo              take back what setup did; keys stay\n"
	"  --root DIR          files are those below DIR\n"
	"  -h, --help          this text\n";

/* ---- what is wanted -------------------------------------------------- */

static int
parse_domain(struct options *options, const char *domain)
{
	if (options->domain_count == SETUP_DOMAINS_MAX) {
		fprintf(stderr, "mailvet: --domain %s: too many\n", domain);
		return EX_USAGE;
	}
	options->domains[options->domain_count++] = str_of(domain);
	return -1;
}

static int
parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "domain", required_argument, NULL, 'd' },
		{ "mta", required_argument, NULL, 'm' },
		{ "mode", required_argument, NULL, 'o' },
		{ "report-from", required_argument, NULL, 'f' },
		{ "root", required_argument, NULL, 'r' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "yes", no_argument, NULL, 'y' },
		{ "undo", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, status = -1;

	while (status < 0 &&
		(c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'd')
			status = parse_domain(ret, optarg);
		else if (c == 'm')
			ret->mta = optarg;
		else if (c == 'o')
			ret->mode = optarg;
		else if (c == 'f')
			ret->reporter = optarg;
		else if (c == 'r')
			ret->root = optarg;
		else if (c == 'h')
			status = fputs(help, stdout) < 0 ? EX_IOERR : EX_OK;
		else if (c == '?')
			status = EX_USAGE;
		ret->dry_run = ret->dry_run || c == 'n';
		ret->yes = ret->yes || c == 'y';
		ret->undo = ret->undo || c == 'u';
	}
	if (status >= 0 || optind == argc)
		return status;
	fprintf(stderr, "mailvet: what is \"%s\"?\n", argv[optind]);
	return EX_USAGE;
}

static int
wrong(const char *option, const char *value, const char *choices)
{
	fprintf(stderr, "mailvet: %s %s: %s\n", option, value, choices);
	return EX_USAGE;
}

static int
settle_names(struct setup *setup, const struct options *options)
{
	setup->domains = (struct str *)options->domains;
	setup->domain_count = options->domain_count;
	if (setup_normalise(setup) < 0)
		return EX_USAGE;
	setup_recall(setup);
	if (setup->name == NULL)
		setup->name = host_name(setup->host, setup->mta);
	if (!options->undo && setup_own(setup) < 0)
		return EX_CONFIG;
	if (setup->domain_count == 0 && !setup->own_sign)
		setup->domains = host_domains(setup->host, setup->mta,
			setup->name, &setup->domain_count);
	/* What a file has that is none was said, and is left out. */
	return setup_normalise(setup) == ERR_NOMEM ? EX_OSERR : -1;
}

/* From the command line, an earlier run, and what the host says of itself. */
static int
settle(struct setup *setup, const struct options *options)
{
	if (options->mta == NULL)
		setup->mta = host_mta(setup->host);
	else if (!mta_parse(options->mta, &setup->mta))
		return wrong("--mta", options->mta,
			"sendmail, postfix or none");
	if (options->mode == NULL)
		setup->inbound = mode_is_inbound(setup->host, setup->mta);
	else if (strcmp(options->mode, "inbound") == 0)
		setup->inbound = true;
	else if (strcmp(options->mode, "chain") != 0)
		return wrong("--mode", options->mode, "chain or inbound");
	if (options->reporter != NULL &&
		!setup_is_address(setup->host->arena, options->reporter))
		return wrong("--report-from", options->reporter,
			"not an address");
	setup->reporter = options->reporter;
	return settle_names(setup, options);
}

/* ---- the work -------------------------------------------------------- */

static void
apply(struct setup *setup)
{
	setup_config(setup);
	setup_units(setup);
	if (setup->mta == MTA_SENDMAIL)
		setup_sendmail(setup);
	else if (setup->mta == MTA_POSTFIX)
		setup_postfix(setup);
}

static void
take_back(struct setup *setup)
{
	if (setup->mta == MTA_SENDMAIL)
		setup_sendmail_undo(setup);
	else if (setup->mta == MTA_POSTFIX)
		setup_postfix_undo(setup);
	setup_units_undo(setup);
	setup_config_undo(setup);
}

static void
print_records(const struct setup *setup)
{
	for (size_t i = 0; i < setup->domain_count; i++) {
		const char *const argv[] = { "mailvet", "dns",
			setup->domains[i].p, "--keys",
			host_path(setup->host, HOST_KEYS), "--config",
			host_path(setup->host,
				MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"),
			NULL };
		struct run_result result;

		printf("\nDNS records of %s:\n\n", setup->domains[i].p);
		if (run(setup->host->arena, argv, STR(""), &result) == 0)
			printf("%.*s", STR_ARG(result.out));
	}
}

static int
finish(struct setup *setup, bool undo)
{
	const struct changes *changes = &setup->changes;

	if (changes->failed != NULL)
		return EX_UNAVAILABLE;
	if (changes->count == 0)
		printf("Nothing to change.\n");
	else if (changes->dry_run)
		printf("%u changes would be made.\n", changes->count);
	if (undo || changes->dry_run)
		return EX_OK;
	print_records(setup);
	printf("\n");
	/* Records that are not published yet are no failure of ours. */
	(void)doctor_run(setup->host, setup->mta);
	return EX_OK;
}

static int
set_up(struct setup *setup, const struct options *options)
{
	if (geteuid() != 0 && !options->dry_run) {
		fprintf(stderr, "mailvet: setup is for root; --dry-run is "
				"for all\n");
		return EX_NOPERM;
	}
	if (options->undo) {
		take_back(setup);
		return finish(setup, true);
	}
	if (!options->yes && !options->dry_run && !ask_is_possible()) {
		fprintf(stderr, "mailvet: no terminal to ask at: say --yes\n");
		return EX_USAGE;
	}
	if (!options->yes && !options->dry_run && !setup_ask(setup))
		return EX_OK;
	if (setup->name == NULL ||
		(setup->domain_count == 0 && !setup->own_sign)) {
		fprintf(stderr, "mailvet: this host has no full name; give it "
				"one, or say --domain\n");
		return EX_CONFIG;
	}
	apply(setup);
	return finish(setup, false);
}

int
command_setup(int argc, char **argv)
{
	struct options options = { .root = "" };
	struct host host = { .arena = arena_new(0) };
	struct setup setup = { .host = &host, .changes.host = &host };
	int status = parse(argc, argv, &options);

	if (status < 0 && host.arena == NULL)
		status = EX_OSERR;
	host.root = options.root;
	setup.changes.dry_run = options.dry_run;
	if (status < 0)
		status = settle(&setup, &options);
	if (status < 0)
		status = set_up(&setup, &options);
	arena_free(host.arena);
	return status;
}
