/*
 * mailvet key: the DKIM keys of this host.
 */
#include "keys/key.h"
#include "admin/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
	const char *name;
	command_fn *run;
	const char *purpose;
} commands[] = {
	{ "new", key_new, "make a key and print its DNS record" },
	{ "list", key_list, "list the keys" },
	{ "check", key_check, "compare the keys with the DNS" },
	{ "retire", key_retire, "take a key out of service" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int
usage(FILE *to, int status)
{
	fprintf(to, "usage: mailvet key COMMAND [OPTION ...]\n\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name,
			commands[i].purpose);
	fprintf(to, "\n\"mailvet key COMMAND --help\" tells more.\n");
	return status;
}

int
command_key(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, EX_USAGE);
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, EX_OK);
	fprintf(stderr, "mailvet key: no command \"%s\"\n", argv[1]);
	return usage(stderr, EX_USAGE);
}
