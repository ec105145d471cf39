#include "keys/args.h"
#include "base/conf_files.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_KEYS MAILVET_SYSCONFDIR "/mailvet/keys"

static int
usage_error(const struct args_syntax *syntax, const char *what)
{
	fprintf(stderr, "%s: %s; --help tells more\n", syntax->name, what);
	return EX_USAGE;
}

static bool
parse_bits(const char *text, unsigned *ret)
{
	unsigned long bits;

	if (!str_to_ulong(str_of(text), 4096, &bits) ||
		(bits != 2048 && bits != 3072 && bits != 4096))
		return false;
	*ret = (unsigned)bits;
	return true;
}

static bool
parse_format(const char *text, enum record_format *ret)
{
	static const char *const names[] = { "bind", "nsd", "plain" };

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum record_format)i;
			return true;
		}
	}
	return false;
}

/* One option; NULL, or what is wrong with it. */
static const char *
take(int c, const char *value, struct args *ret)
{
	switch (c) {
	case 'c':
		ret->config = value;
		return NULL;
	case 'k':
		ret->keys = value;
		return value[0] == '/' ? NULL : "--keys: not an absolute path";
	case 'z':
		ret->zone = value;
		return NULL;
	case 's':
		ret->selector = value;
		return NULL;
	case 'r':
		return parse_bits(value, &ret->rsa) ? NULL :
			"--rsa: 2048, 3072 or 4096";
	case 'e':
		ret->ed25519 = true;
		return NULL;
	case 'f':
		ret->force = true;
		return NULL;
	case 'C':
		ret->check = true;
		return NULL;
	case 'F':
		return parse_format(value, &ret->format) ? NULL :
			"--format: bind, nsd or plain";
	default:
		return "unknown option";
	}
}

/* Which bit lets this option in? */
static unsigned
bit_of(int c)
{
	static const struct {
		char c;
		unsigned bit;
	} bits[] = { { 'c', ARG_CONFIG }, { 'k', ARG_KEYS }, { 'z', ARG_ZONE },
		{ 's', ARG_NEW }, { 'r', ARG_NEW }, { 'e', ARG_NEW },
		{ 'f', ARG_FORCE }, { 'C', ARG_CHECK }, { 'F', ARG_FORMAT } };

	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (bits[i].c == c)
			return bits[i].bit;
	return 0;
}

int
args_parse(const struct args_syntax *syntax, int argc, char **argv,
	struct args *ret)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "keys", required_argument, NULL, 'k' },
		{ "zone", required_argument, NULL, 'z' },
		{ "selector", required_argument, NULL, 's' },
		{ "rsa", required_argument, NULL, 'r' },
		{ "ed25519", no_argument, NULL, 'e' },
		{ "force", no_argument, NULL, 'f' },
		{ "check", no_argument, NULL, 'C' },
		{ "format", required_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *wrong = NULL;
	int c;

	*ret = (struct args){ .keys = DEFAULT_KEYS };
	ret->config = conf_find(CONF_DEFAULT_PATH);
	optind = 0;
	while (wrong == NULL &&
		(c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(syntax->help, stdout);
			return EX_OK;
		}
		if (c == '?')
			return EX_USAGE;
		wrong = syntax->options & bit_of(c) ? take(c, optarg, ret) :
						      "unknown option";
	}
	if (wrong != NULL)
		return usage_error(syntax, wrong);
	ret->words = argv + optind;
	ret->count = argc - optind;
	if (ret->count < syntax->least || ret->count > syntax->most)
		return usage_error(syntax, ret->count < syntax->least ?
			"something is missing" : "too many words");
	return -1;
}

int
args_run(const struct args_syntax *syntax, int argc, char **argv,
	int (*run)(struct arena *arena, const struct args *args))
{
	struct arena *arena;
	struct args args;
	int status = args_parse(syntax, argc, argv, &args);

	if (status >= 0)
		return status;
	arena = arena_new(0);
	status = arena != NULL ? run(arena, &args) : EX_OSERR;
	arena_free(arena);
	return status;
}
