#include "base/listfile.h"
#include "base/file.h"

#include <errno.h>
#include <stdlib.h>

struct reading {
	struct conf_errors *errors;
	const struct list_taker *taker;
	const char *path;
	int err;
};

/* The first error that says more than "there were complaints" stays. */
static void
note(struct reading *r, int err)
{
	if (r->err != ERR_NOMEM)
		r->err = err;
}

static void
take(struct reading *r, struct str item, const char *where)
{
	int err = r->taker->take(r->taker->arg, item);

	if (err == ERR_SYNTAX) {
		struct str shown = str_first(item, 80);

		conf_error(r->errors, where, "\"%.*s\" is not %s",
			STR_ARG(shown), r->taker->expected);
		err = ERR_CONFIG;
	}
	if (err < 0)
		note(r, err);
}

/* What is left of a line without its comment. */
static struct str
item_of(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || is_space(line.p[i - 1])))
			line.n = i;
	return str_trim(line);
}

static void
take_line(struct reading *r, struct str line, unsigned number)
{
	struct str item = item_of(line);
	char where[4200];

	if (item.n == 0)
		return;
	snprintf(where, sizeof(where), "%s:%u", r->path, number);
	take(r, item, where);
}

static void
complain(struct reading *r, const char *option, const char *what)
{
	conf_error(r->errors, option, "list %s: %s", r->path, what);
	note(r, ERR_CONFIG);
}

/* NULL with a complaint.  Whoever can write to a list says who is exempt. */
static FILE *
open_file(struct reading *r, const char *option)
{
	FILE *file = NULL;
	int err = file_open(r->path, &file);

	if (err < 0) {
		complain(r, option, file_why(err));
	} else if (file_is_open_to_all(file)) {
		complain(r, option, "can be written by all users");
		fclose(file);
		file = NULL;
	}
	return file;
}

static void
read_file(struct reading *r, const char *option)
{
	FILE *file = open_file(r, option);
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (file == NULL)
		return;
	for (unsigned number = 1; (n = getline(&line, &room, file)) >= 0;
		number++)
		take_line(r, (struct str){ line, (size_t)n }, number);
	if (ferror(file))
		complain(r, option, strerror(errno));
	free(line);
	fclose(file);
}

int
listfile_read(const struct conf_list *words, const char *where,
	struct conf_errors *errors, const struct list_taker *taker)
{
	struct reading r = { .errors = errors, .taker = taker };

	for (size_t i = 0; i < words->count; i++) {
		struct str word = words->items[i], path;

		if (word.n == 0 || *word.p != '/') {
			take(&r, word, where);
			continue;
		}
		/* Words are views, and a path ends with a NUL. */
		path = arena_copy(errors->arena, word);
		r.path = path.p;
		if (path.p == NULL)
			note(&r, ERR_NOMEM);
		else
			read_file(&r, where);
	}
	return r.err;
}
