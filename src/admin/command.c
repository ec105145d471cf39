#include "admin/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int
usage(FILE *to, const char *whole, const struct command *table)
{
	fprintf(to, "usage: %s COMMAND [OPTION ...]\n\n", whole);
	for (; table->name != NULL; table++)
		fprintf(to, "  %-8s %s\n", table->name, table->purpose);
	fprintf(to, "\n\"%s COMMAND --help\" tells more.\n", whole);
	return to == stdout ? EX_OK : EX_USAGE;
}

int
command_dispatch(const char *whole, const struct command *table, int argc,
	char **argv)
{
	if (argc < 2)
		return usage(stderr, whole, table);
	for (const struct command *c = table; c->name != NULL; c++)
		if (strcmp(argv[1], c->name) == 0)
			return c->run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, whole, table);
	fprintf(stderr, "%s: no command \"%s\"\n", whole, argv[1]);
	return usage(stderr, whole, table);
}
