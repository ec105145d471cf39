/*
 * mailvet doctor: is all that mailvet needs as it should be?
 */
#include "doctor/doctor.h"

#include "admin/command.h"
#include "base/strbuf.h"
#include "host/mode.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { FINDINGS_MAX = 512 };

static const struct {
	const char *name;
	doctor_check *run;
	enum mta only; /* MTA_UNKNOWN: whatever the MTA */
} checks[] = {
	{ "config", doctor_config, MTA_UNKNOWN },
	{ "units", doctor_units, MTA_UNKNOWN },
	{ "sockets", doctor_sockets, MTA_UNKNOWN },
	{ "modes", doctor_modes, MTA_UNKNOWN },
	{ "selinux", doctor_selinux, MTA_UNKNOWN },
	{ "sendmail", doctor_sendmail, MTA_SENDMAIL },
	{ "postfix", doctor_postfix, MTA_POSTFIX },
	{ "keys", doctor_keys, MTA_UNKNOWN },
	{ "dns", doctor_dns, MTA_UNKNOWN },
	{ "journal", doctor_journal, MTA_UNKNOWN },
	{ "clock", doctor_clock, MTA_UNKNOWN },
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

/* ---- what the checks say --------------------------------------------- */

static const char *
vtext(struct doctor *doctor, const char *fmt, va_list args)
{
	struct strbuf sb = sb_new(doctor->host->arena);
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		return "";
	/* One line; a program that we ran may have said more. */
	sb_add_escaped(&sb, str_trim(str_of(text)), 1000);
	free(text);
	return sb_done(&sb).p != NULL ? sb_done(&sb).p : "";
}

const char *
doctor_text(struct doctor *doctor, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = vtext(doctor, fmt, args);
	va_end(args);
	return text;
}

static void
say(struct doctor *doctor, enum health health, const char *mend,
	const char *what)
{
	if (health > doctor->worst)
		doctor->worst = health;
	if (doctor->count < FINDINGS_MAX)
		doctor->findings[doctor->count++] = (struct finding){
			doctor->check, health, what, mend };
}

void
doctor_ok(struct doctor *doctor, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, HEALTH_OK, NULL, vtext(doctor, fmt, args));
	va_end(args);
}

void
doctor_warn(struct doctor *doctor, const char *mend, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, HEALTH_WARN, mend, vtext(doctor, fmt, args));
	va_end(args);
}

void
doctor_fail(struct doctor *doctor, const char *mend, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, HEALTH_FAIL, mend, vtext(doctor, fmt, args));
	va_end(args);
}

/* ---- running them ---------------------------------------------------- */

static int
examine(struct doctor *doctor, const char *only)
{
	bool known = only == NULL;

	doctor->findings = arena_array(doctor->host->arena, FINDINGS_MAX,
		sizeof(*doctor->findings));
	if (doctor->findings == NULL || doctor_common(doctor) < 0)
		return EX_OSERR;
	doctor->inbound = mode_is_inbound(doctor->host, doctor->mta);
	doctor->milters = mode_milters(doctor->inbound);
	doctor->name = host_name(doctor->host, doctor->mta);
	for (unsigned i = 0; i < CHECKS; i++) {
		bool asked = only == NULL ||
			strcmp(only, checks[i].name) == 0;

		known = known || asked;
		if (!asked || (checks[i].only != MTA_UNKNOWN &&
				      checks[i].only != doctor->mta))
			continue;
		doctor->check = checks[i].name;
		checks[i].run(doctor);
	}
	if (known)
		return EX_OK;
	fprintf(stderr, "mailvet: there is no check \"%s\"\n", only);
	return EX_USAGE;
}

enum health
doctor_run(const struct host *host, enum mta mta)
{
	struct doctor doctor = { .host = host, .mta = mta };

	if (examine(&doctor, NULL) != EX_OK)
		return HEALTH_FAIL;
	doctor_print(&doctor);
	return doctor.worst;
}

/* ---- the command ----------------------------------------------------- */

struct options {
	const char *root;
	const char *mta;
	const char *zone;
	const char *only;
	bool json;
};

static const char help[] =
	"usage: mailvet doctor [OPTION ...] [CHECK]\n"
	"\n"
	"Checks all that mailvet needs on this host, says what is wrong and\n"
	"which command mends it.  Exit status 1: something is wrong.\n"
	"\n"
	"  --json              the findings as JSON\n"
	"  --mta MTA           sendmail, postfix or none (default: found)\n"
	"  --zone FILE         a master file in place of the DNS\n"
	"  --root DIR          files are those below DIR\n"
	"  -h, --help          this text\n"
	"\n"
	"Checks:";

static int
print_help(void)
{
	fputs(help, stdout);
	for (unsigned i = 0; i < CHECKS; i++)
		printf(" %s", checks[i].name);
	printf("\n");
	return EX_OK;
}

static int
parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "mta", required_argument, NULL, 'm' },
		{ "zone", required_argument, NULL, 'z' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'j')
			ret->json = true;
		else if (c == 'm')
			ret->mta = optarg;
		else if (c == 'z')
			ret->zone = optarg;
		else if (c == 'r')
			ret->root = optarg;
		else if (c == 'h')
			return print_help();
		else
			return EX_USAGE;
	}
	ret->only = argv[optind];
	return optind + 1 < argc ? EX_USAGE : -1;
}

static int
doctor_main(struct doctor *doctor, const struct options *options)
{
	int status;

	if (options->mta == NULL)
		doctor->mta = host_mta(doctor->host);
	else if (!mta_parse(options->mta, &doctor->mta))
		return EX_USAGE;
	status = examine(doctor, options->only);
	if (status == EX_OK && options->json)
		status = doctor_print_json(doctor);
	else if (status == EX_OK)
		doctor_print(doctor);
	if (status == EX_OK && doctor->worst == HEALTH_FAIL)
		status = 1;
	return status;
}

int
command_doctor(int argc, char **argv)
{
	struct options options = { .root = "" };
	struct host host = { .arena = arena_new(0) };
	struct doctor doctor = { .host = &host };
	int status = parse(argc, argv, &options);

	if (status < 0 && host.arena == NULL)
		status = EX_OSERR;
	host.root = options.root;
	doctor.zone = options.zone;
	if (status < 0)
		status = doctor_main(&doctor, &options);
	arena_free(host.arena);
	return status;
}
