#include "base/conf_files.h"

#include "base/file.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct reader {
	struct arena *arena;
	struct conf_errors *errors;
	conf_take *take;
	void *arg;
	int err; /* of take, or ERR_NOMEM */

	/* The file. */
	const char *path;
	FILE *file;
	unsigned number;
	unsigned line;
	char *text; /* getline's */
	size_t room;

	/* The key that was read last; lines that continue it may follow. */
	struct conf_setting key; /* without its value */
	struct strbuf value;
	bool has_key;	/* of the section that we are in */
	bool continued; /* the line at hand begins with white space */
};

/* "file:line" of the line that was read last. */
static const char *
here(struct reader *r)
{
	struct strbuf sb = sb_new(r->arena);

	sb_addf(&sb, "%s:%u", r->path, r->line);
	return sb_done(&sb).p != NULL ? sb.p : r->path;
}

static void
hand_over(struct reader *r, const struct conf_setting *setting)
{
	int err = r->take(r->arg, r->number, setting);

	if (err < 0)
		r->err = err;
}

/* Hand the last key over, now that its value is complete. */
static void
finish_key(struct reader *r)
{
	if (r->key.key == NULL)
		return;
	r->key.value = sb_done(&r->value).p;
	if (r->key.value == NULL)
		r->err = ERR_NOMEM;
	else
		hand_over(r, &r->key);
	r->key = (struct conf_setting){ .key = NULL };
}

/* A section begins, which inih would tell with its first key only. */
static void
begin_section(struct reader *r, struct str line)
{
	struct str name = str_from(str_trim(line), 1);
	struct conf_setting setting = { .where = here(r) };

	finish_key(r);
	name = arena_copy(r->arena, str_first(name, str_index(name, ']')));
	setting.section = name.p;
	if (name.p == NULL)
		r->err = ERR_NOMEM;
	else
		hand_over(r, &setting);
}

/* inih's callback: a key, or a line that continues one. */
static int
on_key(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;

	if (!r->continued) {
		finish_key(r);
		r->key = (struct conf_setting){
			.section = arena_strdup(r->arena, section),
			.key = arena_strdup(r->arena, key),
			.where = here(r),
		};
		r->value = sb_new(r->arena);
		if (r->key.section == NULL || r->key.key == NULL)
			r->err = ERR_NOMEM;
	} else if (r->value.n > 0) {
		sb_addc(&r->value, ' ');
	}
	sb_addz(&r->value, value);
	r->has_key = true;
	/* Zero would make inih report an error of its own. */
	return r->err == 0;
}

static bool
is_comment(char c)
{
	return c == ';' || c == '#';
}

/* The text up to the first c that is not in a comment; { NULL, 0 } if none. */
static struct str
up_to(struct str text, const char *c)
{
	for (size_t i = 0; i < text.n; i++) {
		if (strchr(c, text.p[i]) != NULL)
			return str_first(text, i);
		if (text.p[i] == ';' && i > 0 && is_space(text.p[i - 1]))
			break;
	}
	return (struct str){ NULL, 0 };
}

/*
 * What is wrong with a line, or NULL.  inih passes over what stands behind
 * "[section]", ends a line at a NUL, and tells of one error in a file.
 */
static const char *
wrong_with(const struct reader *r, struct str line)
{
	struct str text = str_trim(line), name;

	if (memchr(line.p, '\0', line.n) != NULL)
		return "a NUL byte";
	if (text.n == 0 || is_comment(text.p[0]) || r->continued)
		return NULL;
	if (text.p[0] != '[')
		return up_to(text, "=:").n > 0 ? NULL :
			"neither \"key = value\" nor \"[section]\"";
	name = up_to(text, "]");
	if (name.p == NULL)
		return "a section without \"]\"";
	text = str_trim(str_from(text, name.n + 1));
	return text.n == 0 || is_comment(text.p[0]) ? NULL :
		"something behind \"[section]\"";
}

static void
complain(struct reader *r, const char *wrong)
{
	/* What is wrong with the last key stands above. */
	finish_key(r);
	conf_error(r->errors, here(r), "%s", wrong);
}

static struct str
without_bom(const struct reader *r, struct str line)
{
	if (r->line == 1 && str_istarts(line, STR("\xef\xbb\xbf")))
		return str_from(line, 3);
	return line;
}

/*
 * inih's reader, fgets that counts and checks lines.  inih gets an empty line
 * in place of one that it would misread.
 */
static char *
read_line(char *buf, int size, void *stream)
{
	struct reader *r = stream;
	ssize_t n = getline(&r->text, &r->room, r->file);
	struct str line = { r->text, n > 0 ? (size_t)n : 0 };
	const char *wrong;

	if (n < 0) {
		if (ferror(r->file))
			conf_error(r->errors, r->path, "%s", strerror(errno));
		return NULL;
	}
	r->line++;
	if (line.p[line.n - 1] == '\n')
		line.n--;
	line = without_bom(r, line);
	if (line.n > 0 && line.p[0] == '[')
		r->has_key = false;
	r->continued = r->has_key && line.n > 0 && is_space(line.p[0]);
	wrong = wrong_with(r, line);
	if (wrong == NULL && line.n > (size_t)size - 2)
		wrong = "a line that is too long (continue it on a line that "
			"begins with a space)";
	if (wrong != NULL)
		complain(r, wrong);
	else if (!r->continued && str_istarts(str_trim(line), STR("[")))
		begin_section(r, line);
	snprintf(buf, (size_t)size, "%.*s\n",
		wrong == NULL ? (int)line.n : 0, line.p);
	return buf;
}

static int
read_file(struct reader *r, const char *path, bool optional)
{
	int line, err = file_open(path, &r->file);

	r->path = path;
	if (err == ERR_IO && errno == ENOENT && optional)
		return 0;
	if (err < 0) {
		conf_error(r->errors, path, "%s", file_why(err));
		return ERR_CONFIG;
	}
	r->line = 0;
	r->number++;
	r->has_key = false;
	line = ini_parse_stream(read_line, r, on_key, r);
	finish_key(r);
	fclose(r->file);
	/* Lines that inih alone does not like. */
	if (line > 0 && r->err == 0) {
		r->line = (unsigned)line;
		complain(r, "not understood");
	}
	return r->err;
}

static int
is_drop_in(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.p[0] != '.' && str_iends(name, STR(".conf"));
}

static int
read_drop_in(struct reader *r, const char *dir, const char *name)
{
	struct strbuf path = sb_new(r->arena);

	sb_addf(&path, "%s/%s", dir, name);
	return sb_done(&path).p != NULL ? read_file(r, path.p, false) :
					  ERR_NOMEM;
}

static int
read_drop_ins(struct reader *r, const char *dir)
{
	struct dirent **entries = NULL;
	int err = 0, n = scandir(dir, &entries, is_drop_in, alphasort);

	if (n < 0 && errno != ENOENT) {
		conf_error(r->errors, dir, "%s", strerror(errno));
		return ERR_CONFIG;
	}
	for (int i = 0; i < n; i++) {
		/* One that cannot be read does not hide what is wrong in the
		 * others. */
		int one = err == ERR_NOMEM ? err :
			read_drop_in(r, dir, entries[i]->d_name);

		err = one < 0 ? one : err;
		free(entries[i]);
	}
	free(entries);
	return err;
}

const char *
conf_find(const char *path)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s.d", path);
	return access(path, F_OK) == 0 || access(dir, F_OK) == 0 ? path : NULL;
}

int
conf_files_read(struct arena *arena, const char *path,
	struct conf_errors *errors, conf_take *take, void *arg)
{
	struct reader r = { .arena = arena, .errors = errors, .take = take,
		.arg = arg };
	struct strbuf dir = sb_new(arena);
	int err;

	sb_addf(&dir, "%s.d", path);
	if (sb_done(&dir).p == NULL)
		return ERR_NOMEM;
	err = read_file(&r, path, access(dir.p, F_OK) == 0);
	if (err == 0)
		err = read_drop_ins(&r, dir.p);
	free(r.text);
	return err;
}
