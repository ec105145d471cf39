#include "sign/table.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the text --------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Key and value of a line; false when there is no value. */
static bool
split_line(struct str line, struct table_line *ret)
{
	size_t n = 0;

	while (n < line.n && !is_blank(line.p[n]))
		n++;
	ret->key = str_first(line, n);
	ret->value = str_trim(str_from(line, n));
	return ret->value.n > 0;
}

static int
add_line(struct arena *arena, struct table *table, size_t *room,
	const struct table_line *line)
{
	struct table_line *lines = table->lines;

	if (table->count == *room) {
		size_t more = *room > 0 ? *room * 2 : 16;

		lines = arena_grow(arena, lines, *room * sizeof(*lines),
			more * sizeof(*lines));
		if (lines == NULL)
			return ERR_NOMEM;
		table->lines = lines;
		*room = more;
	}
	lines[table->count++] = *line;
	return 0;
}

static const char *
line_where(struct arena *arena, const char *path, unsigned number)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%s:%u", path, number);
	return sb_done(&sb).p;
}

int
table_parse(const struct table_source *source, const char *path,
	struct str text, struct table *ret)
{
	size_t room = 0;
	int r = 0;

	ret->count = 0;
	for (unsigned number = 1; text.n > 0; number++) {
		struct str line = str_cut(&text, '\n');
		struct table_line parts;

		line = str_trim(str_first(line, str_index(line, '#')));
		if (line.n == 0)
			continue;
		parts.where = line_where(source->arena, path, number);
		if (parts.where == NULL)
			return ERR_NOMEM;
		if (split_line(line, &parts) &&
			str_index(line, '\0') == line.n) {
			if (add_line(source->arena, ret, &room, &parts) < 0)
				return ERR_NOMEM;
			continue;
		}
		conf_error(source->errors, parts.where,
			"not a line of the form \"KEY VALUE\"");
		r = ERR_CONFIG;
	}
	return r;
}

/* ---- the file --------------------------------------------------------- */

static int
read_stream(struct arena *arena, FILE *f, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	char buf[8192];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_add(&sb, (struct str){ buf, n });
	if (ferror(f))
		return ERR_IO;
	*ret = sb_done(&sb);
	return sb.failed ? ERR_NOMEM : 0;
}

/* Whoever can write to the table says who is signed. */
static const char *
what_is_wrong(FILE *f)
{
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is not a file";
	if ((st.st_mode & S_IWOTH) != 0)
		return "can be written by all users";
	return NULL;
}

/* A pipe, which might never speak, does not keep us here. */
static FILE *
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;

	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

static int
read_file(const struct table_source *source, const char *path,
	struct table *ret)
{
	FILE *f = open_file(path);
	const char *wrong = what_is_wrong(f);
	struct str text = { NULL, 0 };
	int r = ERR_CONFIG;

	if (wrong == NULL) {
		r = read_stream(source->arena, f, &text);
		if (r == ERR_IO)
			wrong = strerror(errno);
	}
	if (wrong != NULL) {
		conf_error(source->errors, source->where, "table %s: %s", path,
			wrong);
		r = ERR_CONFIG;
	}
	if (f != NULL)
		fclose(f);
	return r < 0 ? r : table_parse(source, path, text, ret);
}

int
table_read(const struct table_source *source, struct table *ret)
{
	static const char patterns[] = "refile:", plain[] = "file:";
	const char *path = source->text;

	*ret = (struct table){ .lines = NULL };
	if (strncmp(path, patterns, sizeof(patterns) - 1) == 0) {
		ret->patterns = true;
		path += sizeof(patterns) - 1;
	} else if (strncmp(path, plain, sizeof(plain) - 1) == 0) {
		path += sizeof(plain) - 1;
	}
	if (path[0] == '/')
		return read_file(source, path, ret);
	conf_error(source->errors, source->where,
		"\"%s\" is not an absolute path, or one behind file: or "
		"refile:",
		source->text);
	return ERR_CONFIG;
}
