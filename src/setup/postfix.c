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

/* ---- back again ------------------------------------------------------ */

/*
 * What the first line about key says, which is the oldest: the option, and
 * what postconf is to be told by it; option.p == NULL: there is none.
 */
struct memory {
	struct str option, argument, value;
};

static struct memory
recall(struct arena *arena, struct str text, const char *key)
{
	while (text.p != NULL && text.n > 0) {
		struct str line = str_cut(&text, '\n');
		struct memory m = { .option = str_cut(&line, ' ') };

		m.argument = line;
		if (!str_eq(str_cut(&line, '='), str_of(key)))
			continue;
		m.value = line.p != NULL ? line : STR("");
		m.option = arena_copy(arena, m.option);
		m.argument = arena_copy(arena, m.argument);
		return m;
	}
	return (struct memory){ .option = { NULL, 0 } };
}

/*
 * Ours go out of a list; others stay, those that came since, too.  Where
 * nothing came, it is as it was to the letter.
 */
static void
undo_list(struct setup *setup, const struct postfix_setting *s,
	const struct memory *m)
{
	struct arena *arena = setup->host->arena;
	struct str rest = postfix_without(arena, s->is);
	bool same = m->option.p != NULL &&
		str_eq(postfix_without(arena, m->value), rest);

	if (!postfix_has_ours(s->is))
		return;
	if (same && !postfix_has_ours(m->value))
		postconf(setup, m->option.p, m->argument.p);
	else
		postconf(setup, "-e", assignment(setup, s->key, rest).p);
}

static void
undo_setting(struct setup *setup, const struct postfix_setting *s,
	struct str text)
{
	struct memory m = recall(setup->host->arena, text, s->key);

	if (s->ours.p == NULL)
		undo_list(setup, s, &m);
	else if (m.option.p != NULL && str_eq(s->is, s->ours))
		postconf(setup, m.option.p, m.argument.p);
}

/*
 * Also where nothing was noted, as after a set-up by hand: the sockets go next,
 * and Postfix would answer 4xx.
 */
void
setup_postfix_undo(struct setup *setup)
{
	struct postfix_setting *settings;
	size_t count, before = setup->changes.count;
	struct str text;

	if (postfix_settings(setup->host, mode_milters(setup->inbound),
		    &settings, &count) < 0) {
		change_fail(&setup->changes, "postconf", "failed");
		return;
	}
	if (file_read(setup->host->arena, host_path(setup->host, UNDO),
		    &text) < 0)
		text = STR("");
	for (size_t i = 0; i < count; i++)
		undo_setting(setup, &settings[i], text);
	change_remove(&setup->changes, UNDO);
	if (setup->changes.count > before)
		reload(setup);
}
