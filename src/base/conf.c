#include "base/conf.h"

#include "base/conf_files.h"
#include "base/conf_value.h"
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

/* The number of the "file" whose settings stand above all files. */
enum { COMMAND_LINE = 0 };

/* Where a key was set; the chain is in the order of setting, newest first. */
struct origin {
	struct origin *next;
	const char *section;
	const char *key;
	const char *where;
	unsigned file; /* which file, to tell a repetition from an override */
};

struct conf {
	const struct conf_section *const *sections;
	void **values;
	struct origin *origins;
};

/* A configuration being loaded. */
struct loading {
	struct arena *arena;
	struct conf *conf;
	const char *const *foreign;
	struct conf_errors *errors;
};

void
conf_error(struct conf_errors *errors, const char *where, const char *fmt, ...)
{
	struct strbuf sb = sb_new(errors->arena);
	const char **texts;
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sb_addf(&sb, "%s: %s", where, text);
	texts = arena_grow(errors->arena, errors->texts,
		errors->count * sizeof(*texts),
		(errors->count + 1) * sizeof(*texts));
	if (texts == NULL || sb_done(&sb).p == NULL) {
		errors->lost++;
		return;
	}
	texts[errors->count++] = sb.p;
	errors->texts = texts;
}

static int
find_section(const struct conf *conf, const char *name)
{
	for (int i = 0; conf->sections[i] != NULL; i++)
		if (strcmp(conf->sections[i]->name, name) == 0)
			return i;
	return -1;
}

static bool
is_foreign(const char *const *foreign, const char *name)
{
	for (; foreign != NULL && *foreign != NULL; foreign++)
		if (strcmp(*foreign, name) == 0)
			return true;
	return false;
}

static const struct conf_option *
find_option(const struct conf_section *section, const char *key)
{
	for (const struct conf_option *o = section->options; o->key; o++)
		if (strcmp(o->key, key) == 0)
			return o;
	return NULL;
}

static const struct origin *
find_origin(const struct conf *conf, const char *section, const char *key)
{
	for (struct origin *o = conf->origins; o != NULL; o = o->next)
		if (strcmp(o->section, section) == 0 &&
			strcmp(o->key, key) == 0)
			return o;
	return NULL;
}

/* Remember where the key was set, and refuse to set it twice in one file. */
static int
note_origin(struct loading *l, unsigned file,
	const struct conf_section *section, const struct conf_option *option,
	const char *where)
{
	const struct origin *old =
		find_origin(l->conf, section->name, option->key);
	struct origin *o;

	if (old != NULL && old->file == file) {
		conf_error(l->errors, where, "%s: already set at %s",
			option->key, old->where);
		return ERR_CONFIG;
	}
	o = arena_alloc(l->arena, sizeof(*o));
	if (o == NULL)
		return ERR_NOMEM;
	*o = (struct origin){ l->conf->origins, section->name, option->key,
		where, file };
	l->conf->origins = o;
	return 0;
}

/* Store the value; what is wrong with it becomes one of the errors. */
static int
set_value(struct loading *l, unsigned file, int section,
	const struct conf_setting *setting)
{
	const struct conf_section *s = l->conf->sections[section];
	const struct conf_option *option = find_option(s, setting->key);
	char *base = l->conf->values[section];
	struct str why = { NULL, 0 };
	int err;

	if (option == NULL) {
		conf_error(l->errors, setting->where,
			"unknown key \"%s\" in [%s]", setting->key, s->name);
		return 0;
	}
	err = note_origin(l, file, s, option, setting->where);
	if (err == 0)
		err = conf_value_parse(l->arena, option,
			str_of(setting->value), base + option->offset, &why);
	if (err == ERR_SYNTAX)
		conf_error(l->errors, setting->where, "%s: %.*s", option->key,
			STR_ARG(why));
	return err == ERR_NOMEM ? ERR_NOMEM : 0;
}

/* A key of a file, or the head of a section, where an unknown one is told. */
static int
take(void *arg, unsigned file, const struct conf_setting *setting)
{
	struct loading *l = arg;
	int section = find_section(l->conf, setting->section);

	if (setting->key == NULL) {
		if (section < 0 && !is_foreign(l->foreign, setting->section))
			conf_error(l->errors, setting->where,
				"unknown section [%s]", setting->section);
	} else if (section >= 0) {
		return set_value(l, file, section, setting);
	} else if (setting->section[0] == '\0') {
		conf_error(l->errors, setting->where,
			"\"%s\" stands before the first [section]",
			setting->key);
	}
	return 0;
}

/* The struct of a section with its defaults. */
static void *
new_section(struct arena *arena, const struct conf_section *section)
{
	char *base = arena_alloc(arena, section->size);
	struct str why;

	if (base == NULL)
		return NULL;
	for (const struct conf_option *o = section->options; o->key; o++) {
		if (o->initial == NULL)
			continue;
		if (conf_value_parse(arena, o, str_of(o->initial),
			base + o->offset, &why) < 0)
			return NULL;
	}
	return base;
}

static struct conf *
new_conf(struct arena *arena, const struct conf_section *const *sections)
{
	struct conf *conf = arena_alloc(arena, sizeof(*conf));
	size_t count = 0;

	while (sections[count] != NULL)
		count++;
	if (conf == NULL)
		return NULL;
	conf->sections = sections;
	conf->values = arena_array(arena, count + 1, sizeof(void *));
	if (conf->values == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		conf->values[i] = new_section(arena, sections[i]);
		if (conf->values[i] == NULL)
			return NULL;
	}
	return conf;
}

/* What a command line sets; it has no sections of other programs. */
static int
apply_settings(struct loading *l, const struct conf_setting *settings)
{
	int err = 0;

	for (; err == 0 && settings != NULL && settings->key != NULL;
		settings++) {
		int section = find_section(l->conf, settings->section);

		if (section >= 0)
			err = set_value(l, COMMAND_LINE, section, settings);
	}
	return err;
}

int
conf_load(struct arena *arena, const struct conf_source *source,
	const struct conf_section *const *sections,
	struct conf_errors *errors, struct conf **ret)
{
	struct loading l = { .arena = arena, .foreign = source->foreign,
		.errors = errors };
	size_t before = errors->count + errors->lost;
	int err = 0;

	l.conf = new_conf(arena, sections);
	if (l.conf == NULL)
		return ERR_NOMEM;
	if (source->path != NULL)
		err = conf_files_read(arena, source->path, errors, take, &l);
	if (err == 0)
		err = apply_settings(&l, source->settings);
	if (err == 0 && errors->count + errors->lost > before)
		err = ERR_CONFIG;
	if (err == 0)
		*ret = l.conf;
	return err;
}

const void *
conf_get(const struct conf *conf, const char *section)
{
	int i = find_section(conf, section);

	return i < 0 ? NULL : conf->values[i];
}

const char *
conf_where(const struct conf *conf, const char *section, const char *key)
{
	const struct origin *o = find_origin(conf, section, key);

	return o != NULL ? o->where : "default";
}
