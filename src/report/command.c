#include "report/command.h"

#include "base/conf_files.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "dns/name.h"
#include "os/journal.h"
#include "report/aggregate.h"
#include "report/exclude.h"
#include "report/run.h"
#include "report/show.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { WOULD_DAYS = 7, DAYS_MAX = 3660 };

struct options {
	enum report_caller caller;
	const char *config;
	unsigned long now; /* 0: the clock's */
	bool test;
	const char *argument; /* of the command; or NULL */
};

typedef int action(struct reporter *r, const struct options *options);

static int
do_run(struct reporter *r, const struct options *options)
{
	(void)options;
	return run_all(r);
}

static int
do_import(struct reporter *r, const struct options *options)
{
	(void)options;
	return run_import(r);
}

static int
do_send(struct reporter *r, const struct options *options)
{
	(void)options;
	return run_send(r);
}

static int
do_expire(struct reporter *r, const struct options *options)
{
	(void)options;
	return run_expire(r);
}

/* The status for what went wrong with the database or with memory. */
static int
status_of(const struct reporter *r, int err)
{
	if (err == ERR_LIBRARY)
		reporter_store_error(r);
	else if (err < 0)
		log_text(LEVEL_ERROR, "%s", err_text(err));
	return err < 0 ? EX_UNAVAILABLE : EX_OK;
}

static int
do_status(struct reporter *r, const struct options *options)
{
	(void)options;
	return status_of(r, show_status(r, stdout));
}

static int
do_would(struct reporter *r, const struct options *options)
{
	unsigned long days = WOULD_DAYS;

	if (options->argument != NULL && (!str_to_ulong(
		str_of(options->argument), DAYS_MAX, &days) || days == 0)) {
		log_text(LEVEL_ERROR, "would: a number of days, 1 to %d",
			DAYS_MAX);
		return EX_USAGE;
	}
	return status_of(r, show_would(r, (int64_t)days, stdout));
}

static int
do_preview(struct reporter *r, const struct options *options)
{
	struct str domain, xml;
	int err = name_normalise(r->arena, str_of(options->argument), &domain);

	if (err < 0) {
		log_text(LEVEL_ERROR, "preview: not a domain");
		return EX_USAGE;
	}
	err = aggregate_preview(r, domain, &xml);
	if (err == ERR_ABSENT) {
		log_text(LEVEL_ERROR, "no messages under a policy of %.*s",
			STR_ARG(domain));
		return EX_DATAERR;
	}
	if (err == 0)
		fwrite(xml.p, 1, xml.n, stdout);
	return status_of(r, err);
}

static int
exclusion(struct reporter *r, const struct options *options,
	int (*change)(struct reporter *, struct str), const char *vain)
{
	struct str target;
	int err = exclude_target(r->arena, str_of(options->argument), &target);

	if (err < 0) {
		log_text(LEVEL_ERROR, "neither an address nor a domain");
		return EX_USAGE;
	}
	err = change(r, target);
	if (err == 0)
		log_text(LEVEL_NOTICE, "%.*s: %s", STR_ARG(target), vain);
	return status_of(r, err);
}

static int
do_add(struct reporter *r, const struct options *options)
{
	return exclusion(r, options, exclude_add, "already there");
}

static int
do_remove(struct reporter *r, const struct options *options)
{
	return exclusion(r, options, exclude_remove, "not there");
}

static int
do_list(struct reporter *r, const struct options *options)
{
	(void)options;
	return status_of(r, show_exclusions(r, stdout));
}

enum argument { NONE, OPTIONAL, NEEDED };

static const struct {
	const char *name;
	action *run;
	enum argument argument;
	const char *purpose;
} commands[] = {
	{ "run", do_run, NONE, "import, send and expire" },
	{ "import", do_import, NONE, "the journal into the database" },
	{ "send", do_send, NONE, "make the reports that are due, send them" },
	{ "expire", do_expire, NONE, "forget what is old" },
	{ "status", do_status, NONE, "what is done, what waits, and why" },
	{ "preview", do_preview, NEEDED, "DOMAIN: its next report, as XML" },
	{ "would", do_would, OPTIONAL,
		"[DAYS]: what the policies alone would have done" },
	{ "list", do_list, NONE, "who gets no reports" },
	{ "add", do_add, NEEDED, "DOMAIN or ADDRESS: send it no reports" },
	{ "remove", do_remove, NEEDED, "DOMAIN or ADDRESS: send it again" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int
print_help(enum report_caller caller)
{
	printf("usage: %s [-t] [-c FILE] %s\n\n",
		caller == REPORT_TIMER ? "mailvet-report" : "mailvet report",
		caller == REPORT_TIMER ? "[COMMAND]" : "COMMAND");
	for (int i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].purpose);
	printf("\n  -c, --config FILE  configuration (" CONF_DEFAULT_PATH ")\n"
	       "  -t, --test         check the configuration and exit\n"
	       "      --now SECONDS  the time since 1970, for tests\n"
	       "  -h, --help         this text\n"
	       "  -V, --version\n");
	return EX_OK;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "now", required_argument, NULL, 'n' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:thV", longs, NULL)) != -1) {
		if (c == 'c')
			ret->config = optarg;
		else if (c == 't')
			ret->test = true;
		else if (c == 'h')
			return print_help(ret->caller);
		else if (c == 'V')
			return printf("mailvet-report %s\n",
				MAILVET_VERSION) > 0 ? EX_OK : EX_IOERR;
		else if (c != 'n' || !str_to_ulong(str_of(optarg),
			1UL << 36, &ret->now))
			return EX_USAGE;
	}
	return -1;
}

/* For people, a line is a line. */
static void
log_plain(enum log_level level, const char *line,
	const struct log_field *fields, size_t count)
{
	(void)level;
	(void)fields;
	(void)count;
	fprintf(stderr, "mailvet: %s\n", line);
}

/* Which command do the words ask for?  -1: none that there is. */
static int
choose(struct options *options, int words, char **word)
{
	const char *name = words > 0 ? word[0] : "run";

	if (words == 0 && options->caller == REPORT_ADMIN)
		return -1;
	options->argument = words > 1 ? word[1] : NULL;
	for (int i = 0; i < COMMANDS; i++) {
		enum argument wanted = commands[i].argument;

		if (strcmp(commands[i].name, name) != 0)
			continue;
		return words > 2 || (words == 2 && wanted == NONE) ||
			(words < 2 && wanted == NEEDED) ? -1 : i;
	}
	return -1;
}

static int
perform(struct arena *arena, const struct options *options, int command)
{
	struct conf_errors errors = { .arena = arena };
	struct reporter r;
	int err = reporter_configure(arena, options->config, &errors, &r);

	for (size_t i = 0; i < errors.count; i++)
		log_text(LEVEL_ERROR, "%s", errors.texts[i]);
	if (err < 0 && errors.count == 0)
		log_text(LEVEL_ERROR, "configuration: %s", err_text(err));
	if (err < 0)
		return EX_CONFIG;
	log_set_level(common_log_level(r.common));
	if (options->now > 0)
		r.now = (int64_t)options->now;
	if (options->test) {
		printf("mailvet-report: configuration ok\n");
		return EX_OK;
	}
	if (reporter_open(&r) < 0)
		return EX_UNAVAILABLE;
	return commands[command].run(&r, options);
}

int
report_command(enum report_caller caller, int argc, char **argv)
{
	struct options options = { .caller = caller };
	struct arena *arena;
	int command, status;

	options.config = conf_find(CONF_DEFAULT_PATH);
	/* A peer that hangs up is an error of a write, not our end. */
	signal(SIGPIPE, SIG_IGN);
	if (caller == REPORT_ADMIN)
		log_use(log_plain);
	else if (journal_is_stderr())
		log_use(log_to_journal);
	status = parse(argc, argv, &options);
	if (status >= 0)
		return status;
	command = choose(&options, argc - optind, argv + optind);
	if (command < 0 && !options.test) {
		fprintf(stderr, "mailvet: \"%s --help\" tells what there is\n",
			caller == REPORT_TIMER ? "mailvet-report" :
			"mailvet report");
		return EX_USAGE;
	}
	arena = arena_new(0);
	status = arena != NULL ? perform(arena, &options, command) : EX_OSERR;
	arena_free(arena);
	return status;
}
