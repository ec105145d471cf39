#include "setup/setup.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/mode.h"
#include "host/postfix_conf.h"

/* A line for each setting that was changed: what postconf brings it back by. */
#define UNDO MAILVET_SYSCONFDIR "/mailvet/postfix.undo"

static const char *const options[] = { [POSTFIX_MAIN] = "-e",
	[POSTFIX_SERVICE] = "-P",
	[POSTFIX_FIELD] = "-F" };

static const char *const removals[] = { [POSTFIX_MAIN] = "-X",
	[POSTFIX_SERVICE] = "-PX",
	[POSTFIX_FIELD] = NULL };

static struct str
assignment(const struct setup *setup, const char *key, struct str value)
{
	struct strbuf sb = sb_new(setup->host->arena);

	sb_addf(&sb, "%s=%.*s", key, STR_ARG(value));
	return sb_done(&sb);
}

/* "OPTION ARGUMENT" for the state that a setting is in. */
static void
remember(const struct setup *setup, const struct postfix_setting *s,
	struct strbuf *undo)
{
	struct str before = assignment(setup, s->key, s->is);

	if (s->is_set)
		sb_addf(undo, "%s %.*s\n", options[s->kind], STR_ARG(before));
	else
		sb_addf(undo, "%s %s\n", removals[s->kind], s->key);
}

static void
postconf(struct setup *setup, const char *option, const char *argument)
{
	const char *argv[6];

	postfix_command(setup->host, option, argument, argv);
	change_run(&setup->changes, argv);
}

static void
reload(struct setup *setup)
{
	const char *const argv[] = { "systemctl", "restart", "postfix.service",
		NULL };

	if (host_unit(setup->host, "is-active", "postfix.service"))
		change_run(&setup->changes, argv);
}

void
setup_postfix(struct setup *setup)
{
	struct arena *arena = setup->host->arena;
	struct strbuf undo = sb_new(arena);
	struct postfix_setting *settings;
	size_t count, before = setup->changes.count;
	struct str text;

	if (setup->changes.failed != NULL)
		return;
	if (postfix_settings(setup->host, mode_milters(setup->inbound),
		    &settings, &count) < 0) {
		change_fail(&setup->changes, "postconf", "failed");
		return;
	}
	/* What a first run noted is what was there before mailvet. */
	if (file_read(arena, host_path(setup->host, UNDO), &text) == 0)
		sb_add(&undo, text);
	for (size_t i = 0; i < count; i++)
		if (!str_eq(settings[i].is, settings[i].should))
			remember(setup, &settings[i], &undo);
	if (undo.n > 0)
		change_file(&setup->changes, UNDO, sb_done(&undo), 0600);
	for (size_t i = 0; i < count; i++)
		if (!str_eq(settings[i].is, settings[i].should))
			postconf(setup, options[settings[i].kind],
				assignment(setup, settings[i].key,
					settings[i].should).p);
	if (setup->changes.count > before)
		reload(setup);
}

/* The last line first: where a setting was changed twice, its oldest wins. */
static void
undo_lines(struct setup *setup, struct str text)
{
	struct str line, rest = text;
	const char *option;

	if (text.p == NULL || text.n == 0)
		return;
	line = str_cut(&rest, '\n');
	undo_lines(setup, rest);
	option = arena_copy(setup->host->arena, str_cut(&line, ' ')).p;
	line = arena_copy(setup->host->arena, line);
	if (option != NULL && line.p != NULL && line.n > 0)
		postconf(setup, option, line.p);
}

void
setup_postfix_undo(struct setup *setup)
{
	struct str text;

	if (file_read(setup->host->arena, host_path(setup->host, UNDO),
		    &text) < 0)
		return;
	undo_lines(setup, text);
	change_remove(&setup->changes, UNDO);
	reload(setup);
}
