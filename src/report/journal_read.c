#include "report/journal_read.h"

#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	HOUR_DIGITS = 10, /* YYYYMMDDHH */
	HOUR = 3600,
	BEGINNING = 1024,
};

/* The hour that a name stands for; false for names that are not ours. */
static bool
hour_of(struct str name, int64_t *ret)
{
	unsigned long part[4] = { 0 };
	const unsigned digits[] = { 4, 2, 2, 2 };
	struct str rest = name;
	struct tm tm, back;
	time_t at;

	if (name.n != HOUR_DIGITS + sizeof(".jsonl") - 1 ||
		!str_eq(str_from(name, HOUR_DIGITS), STR(".jsonl")))
		return false;
	for (int i = 0; i < 4; i++) {
		if (!str_to_ulong(str_first(rest, digits[i]), 9999, &part[i]))
			return false;
		rest = str_from(rest, digits[i]);
	}
	tm = (struct tm){ .tm_year = (int)part[0] - 1900,
		.tm_mon = (int)part[1] - 1, .tm_mday = (int)part[2],
		.tm_hour = (int)part[3] };
	at = timegm(&tm);
	/* The 31st of a short month would have become another day. */
	if (gmtime_r(&at, &back) == NULL || back.tm_hour != (int)part[3] ||
		back.tm_mday != (int)part[2] || back.tm_mon + 1 != (int)part[1])
		return false;
	*ret = at;
	return true;
}

static int
add_file(struct arena *arena, struct journal_files *files,
	struct journal_file file)
{
	file.name = arena_copy(arena, file.name);
	files->list = arena_grow(arena, files->list,
		files->count * sizeof(file), (files->count + 1) * sizeof(file));
	if (file.name.p == NULL || files->list == NULL)
		return ERR_NOMEM;
	files->list[files->count++] = file;
	return 0;
}

int
journal_list(struct arena *arena, const char *directory, int64_t now,
	struct journal_files *ret)
{
	struct journal_files files = { .count = 0 };
	struct dirent **entries;
	int err = 0, count = scandir(directory, &entries, NULL, alphasort);

	if (count < 0)
		return ERR_IO;
	for (int i = 0; i < count; i++) {
		struct journal_file file = { .name =
			str_of(entries[i]->d_name) };

		if (err == 0 && hour_of(file.name, &file.hour) &&
			file.hour + HOUR + JOURNAL_SETTLE <= now)
			err = add_file(arena, &files, file);
		free(entries[i]);
	}
	free(entries);
	if (err == 0)
		*ret = files;
	return err;
}

int64_t
journal_size(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_size : 0;
}

struct journal_reader {
	int fd;
	bool ended;	  /* the file has no more */
	int64_t position; /* of buffer + start */
	size_t start, end;
	char beginning[BEGINNING]; /* of a line that is too long */
	char buffer[JOURNAL_LINE_MAX + 1];
};

int
journal_open(struct arena *arena, const char *path, int64_t position,
	struct journal_reader **ret)
{
	struct journal_reader *r = arena_alloc(arena, sizeof(*r));
	struct stat st;

	if (r == NULL)
		return ERR_NOMEM;
	/* O_NONBLOCK: a FIFO in its place must not keep us. */
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (r->fd < 0)
		return ERR_IO;
	if (fstat(r->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		lseek(r->fd, position, SEEK_SET) < 0) {
		close(r->fd);
		errno = EINVAL;
		return ERR_IO;
	}
	r->position = position;
	*ret = r;
	return 0;
}

void
journal_close(struct journal_reader *reader)
{
	if (reader != NULL)
		close(reader->fd);
}

int64_t
journal_position(const struct journal_reader *reader)
{
	return reader->position;
}

/* More bytes behind those in the buffer. */
static int
fill(struct journal_reader *r)
{
	ssize_t n;

	memmove(r->buffer, r->buffer + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
	n = read(r->fd, r->buffer + r->end, sizeof(r->buffer) - r->end);
	if (n < 0)
		return ERR_IO;
	r->ended = n == 0;
	r->end += (size_t)n;
	return 0;
}

/* What is in the buffer, up to a line end or all of it, is done with. */
static bool
consume_line(struct journal_reader *r)
{
	struct str held = { r->buffer + r->start, r->end - r->start };
	size_t n = str_index(held, '\n');
	bool whole = n < held.n;

	n += whole;
	r->start += n;
	r->position += (int64_t)n;
	return whole;
}

static int
skip_long_line(struct journal_reader *r, struct str *ret)
{
	memcpy(r->beginning, r->buffer + r->start, sizeof(r->beginning));
	*ret = (struct str){ r->beginning, sizeof(r->beginning) };
	while (!consume_line(r) && !r->ended)
		if (fill(r) < 0)
			return ERR_IO;
	return 1;
}

int
journal_next(struct journal_reader *r, struct str *ret, bool *cut)
{
	struct str held;
	size_t n;

	for (;;) {
		held = (struct str){ r->buffer + r->start, r->end - r->start };
		n = str_index(held, '\n');
		if (n < held.n || held.n > JOURNAL_LINE_MAX || r->ended)
			break;
		if (fill(r) < 0)
			return ERR_IO;
	}
	if (held.n == 0)
		return 0;
	*cut = n > JOURNAL_LINE_MAX;
	if (*cut)
		return skip_long_line(r, ret);
	*ret = str_first(held, n);
	(void)consume_line(r);
	return 1;
}
