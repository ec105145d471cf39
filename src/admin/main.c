#include "admin/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct command commands[] = {
	{ "setup", command_setup, "make this host check and sign its mail" },
	{ "doctor", command_doctor, "say what is wrong, and what mends it" },
	{ "check", command_check, "evaluate a message on standard input" },
	{ "dns", command_dns, "print and check a domain's DNS records" },
	{ "key", command_key, "make, list, check and retire DKIM keys" },
	{ "report", command_report, "DMARC reports: status, preview, send" },
	{ .name = NULL },
};

int
main(int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 ||
		strcmp(argv[1], "-V") == 0)) {
		printf("mailvet %s\n", MAILVET_VERSION);
		return EX_OK;
	}
	return command_dispatch("mailvet", commands, argc, argv);
}
