#include "base/conf.h"

#include "base/conf_value.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

/* One file being read. */
struct reading {
	struct arena *arena;
	struct conf *conf;
	const char *const *foreign;
	struct conf_errors *errors;
	const char *path;
	const char *setting; /* instead of a file: what set the value */
	FILE *file;
	unsigned file_number;
	unsigned line;
	bool continued; /* the line continues the key before it */
	bool has_key;	/* there is one, in this section, to continue */
	bool failed;	/* out of memory */
	struct origin *last;
	struct strbuf text; /* of the last key, with its continuations */
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

/* "file:line" of the line that was read last. */
static const char *
here(struct reading *r)
{
	struct strbuf sb = sb_new(r->arena);

	if (r->setting != NULL)
		return r->setting;
	sb_addf(&sb, "%s:%u", r->path, r->line);
	return sb_done(&sb).p != NULL ? sb.p : r->path;
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

/* Store one key; where is for the errors. */
static void
set_value(struct reading *r, int section, const struct conf_option *option,
	const char *text)
{
	struct arena *a = r->arena;
	struct str why = { NULL, 0 };
	char *base = r->conf->values[section];
	int err = conf_value_parse(
		a, option, str_of(text), base + option->offset, &why);

	if (err == ERR_NOMEM)
		r->failed = true;
	else if (err < 0)
		conf_error(r->errors, r->last->where, "%s: %.*s", option->key,
			STR_ARG(why));
}

/* Remember where the key was set, and refuse to set it twice in one file. */
static bool
note_origin(struct reading *r, const char *section, const char *key)
{
	const struct origin *old = find_origin(r->conf, section, key);
	struct origin *o = arena_alloc(r->arena, sizeof(*o));

	if (old != NULL && old->file == r->file_number) {
		conf_error(r->errors, here(r), "%s: already set at %s", key,
			old->where);
		return false;
	}
	if (o == NULL) {
		r->failed = true;
		return false;
	}
	*o = (struct origin){ r->conf->origins, section, key, here(r),
		r->file_number };
	r->conf->origins = r->last = o;
	return true;
}

/* A continuation of the last key: the value is parsed again as a whole. */
static void
continue_value(struct reading *r, int section, const char *key,
	const char *value)
{
	const struct conf_option *option =
		find_option(r->conf->sections[section], key);

	if (r->last == NULL || option == NULL)
		return;
	sb_addc(&r->text, ' ');
	sb_addz(&r->text, value);
	if (sb_done(&r->text).p == NULL)
		r->failed = true;
	else
		set_value(r, section, option, r->text.p);
}

static void
new_value(struct reading *r, int section, const char *key, const char *value)
{
	const struct conf_section *s = r->conf->sections[section];
	const struct conf_option *option = find_option(s, key);

	r->last = NULL;
	if (option == NULL) {
		conf_error(r->errors, here(r), "unknown key \"%s\" in [%s]",
			key, s->name);
		return;
	}
	if (!note_origin(r, s->name, option->key))
		return;
	r->text = sb_new(r->arena);
	sb_addz(&r->text, value);
	set_value(r, section, option, value);
}

/* inih's callback: one key.  Zero would make inih report an error of its own;
 * ours are collected instead. */
static int
on_key(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;
	int i = find_section(r->conf, section);

	r->has_key = true;
	if (i < 0) {
		if (section[0] == '\0')
			conf_error(r->errors, here(r),
				"\"%s\" stands before the first [section]",
				key);
		else if (!is_foreign(r->foreign, section))
			conf_error(r->errors, here(r),
				"unknown section [%s]", section);
	} else if (r->continued) {
		continue_value(r, i, key, value);
	} else {
		new_value(r, i, key, value);
	}
	return 1;
}

/*
 * inih's reader: fgets that counts lines.  inih cuts lines that are longer than
 * its buffer and takes the rest for a line of its own, so they are refused.
 */
static char *
read_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	size_t n;

	if (fgets(buf, size, r->file) == NULL) {
		if (ferror(r->file))
			conf_error(r->errors, r->path, "%s", strerror(errno));
		return NULL;
	}
	r->line++;
	n = strlen(buf);
	if (n + 1 == (size_t)size && buf[n - 1] != '\n') {
		conf_error(r->errors, here(r),
			"line longer than %d bytes (continue it on a line "
			"that begins with a space)", size - 2);
		return NULL;
	}
	if (buf[0] == '[')
		r->has_key = false;
	r->continued = r->has_key && (buf[0] == ' ' || buf[0] == '\t');
	return buf;
}

static int
read_file(struct reading *r)
{
	int line;

	r->file = fopen(r->path, "re");
	if (r->file == NULL) {
		conf_error(r->errors, r->path, "%s", strerror(errno));
		return ERR_CONFIG;
	}
	r->line = 0;
	r->last = NULL;
	r->has_key = false;
	r->file_number++;
	line = ini_parse_stream(read_line, r, on_key, r);
	fclose(r->file);
	if (line > 0) {
		r->line = (unsigned)line;
		conf_error(r->errors, here(r),
			"neither \"key = value\" nor \"[section]\"");
	}
	return r->failed ? ERR_NOMEM : 0;
}

static int
is_drop_in(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.p[0] != '.' && str_iends(name, STR(".conf"));
}

/* PATH.d/ *.conf, in the order of their names. */
static int
read_drop_ins(struct reading *r)
{
	struct strbuf dir = sb_new(r->arena);
	struct dirent **entries;
	int err = 0, n;

	sb_addf(&dir, "%s.d", r->path);
	if (sb_done(&dir).p == NULL)
		return ERR_NOMEM;
	n = scandir(dir.p, &entries, is_drop_in, alphasort);
	if (n < 0 && errno != ENOENT) {
		conf_error(r->errors, dir.p, "%s", strerror(errno));
		return ERR_CONFIG;
	}
	for (int i = 0; i < n; i++) {
		struct strbuf path = sb_new(r->arena);

		sb_addf(&path, "%s/%s", dir.p, entries[i]->d_name);
		r->path = sb_done(&path).p;
		if (err == 0)
			err = r->path != NULL ? read_file(r) : ERR_NOMEM;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return err;
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

static int
read_files(struct reading *r, const char *path)
{
	int err;

	r->path = path;
	err = read_file(r);
	r->path = path;
	return err == 0 ? read_drop_ins(r) : err;
}

/* What a command line sets; its errors name the option in place of a line. */
static int
apply_settings(struct reading *r, const struct conf_setting *settings)
{
	r->file_number++;
	for (; settings != NULL && settings->key != NULL; settings++) {
		int i = find_section(r->conf, settings->section);

		r->setting = settings->where;
		if (i >= 0)
			new_value(r, i, settings->key, settings->value);
	}
	return r->failed ? ERR_NOMEM : 0;
}

int
conf_load(struct arena *arena, const struct conf_source *source,
	const struct conf_section *const *sections,
	struct conf_errors *errors, struct conf **ret)
{
	struct reading r = { .arena = arena, .foreign = source->foreign,
		.errors = errors };
	size_t before = errors->count + errors->lost;
	int err = 0;

	r.conf = new_conf(arena, sections);
	if (r.conf == NULL)
		return ERR_NOMEM;
	if (source->path != NULL)
		err = read_files(&r, source->path);
	if (err == 0)
		err = apply_settings(&r, source->settings);
	if (err == 0 && errors->count + errors->lost > before)
		err = ERR_CONFIG;
	if (err == 0)
		*ret = r.conf;
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
