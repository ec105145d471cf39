#include "milter/options.h"

#include "base/conf_files.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

static int
print_version(const struct program *program)
{
	printf("%s %s\n", program->name, MAILVET_VERSION);
	return EX_OK;
}

static int
print_help(const struct program *program)
{
	const struct conf_section *sections[FILTERS_MAX + 2];
	struct arena *arena = arena_new(0);

	printf("usage: %s [-t] [-c FILE] [--socket ADDRESS]\n\n%s\n\n"
	       "  -c, --config FILE      configuration\n"
	       "                         (" CONF_DEFAULT_PATH ")\n"
	       "  -s, --socket ADDRESS   unix:/path or inet:port@host, when\n"
	       "                         systemd hands over no socket\n"
	       "  -t, --test             check the configuration and exit\n"
	       "  -h, --help             this text\n"
	       "  -V, --version\n\n"
	       "Options in the configuration, with their defaults:\n\n",
		program->name, program->purpose);
	program_sections(program, sections);
	for (unsigned i = 0; arena != NULL && sections[i] != NULL; i++) {
		struct str text = conf_describe(arena, sections[i]);

		printf("%.*s\n", STR_ARG(text));
	}
	arena_free(arena);
	return EX_OK;
}

int
options_parse(const struct program *program, int argc, char **argv,
	struct options *ret)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*ret = (struct options){ .config = NULL };
	ret->config = conf_find(CONF_DEFAULT_PATH);
	while ((c = getopt_long(argc, argv, "c:s:thV", longs, NULL)) != -1) {
		if (c == 'c')
			ret->config = optarg;
		else if (c == 's')
			ret->socket = optarg;
		else if (c == 't')
			ret->test = true;
		else if (c == 'h')
			return print_help(program);
		else if (c == 'V')
			return print_version(program);
		else
			return EX_USAGE;
	}
	if (optind < argc) {
		fprintf(stderr, "%s: what is \"%s\"?\n", program->name,
			argv[optind]);
		return EX_USAGE;
	}
	return OPTIONS_RUN;
}
