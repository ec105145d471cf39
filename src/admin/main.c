#include "admin/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
	const char *name;
	command_fn *run;
	const char *purpose;
} commands[] = {
	{ "setup", command_setup, "make this host check and sign its mail" },
	{ "doctor", command_doctor, "say what is wrong, and what mends it" },
	{ "check", command_check, "evaluate a message on standard input" },
	{ "dns", command_dns, "print and check a domain's DNS records" },
	{ "key", command_key, "make, list, check and retire DKIM keys" },
	{ "report", command_report, "DMARC reports: status, preview, send" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int
usage(FILE *to, int status)
{
	fprintf(to, "usage: mailvet COMMAND [OPTION ...]\n\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name,
			commands[i].purpose);
	fprintf(to, "\n\"mailvet COMMAND --help\" tells more.\n");
	return status;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, EX_USAGE);
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, EX_OK);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("mailvet %s\n", MAILVET_VERSION);
		return EX_OK;
	}
	fprintf(stderr, "mailvet: no command \"%s\"\n", argv[1]);
	return usage(stderr, EX_USAGE);
}
