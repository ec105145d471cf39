/* A directory that goes with the test, and what is in its only file. */
#ifndef TESTS_UNIT_DMARC_DIRECTORY_H
#define TESTS_UNIT_DMARC_DIRECTORY_H

#include "unit/dmarc/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

struct directory {
	char path[32];
};

static inline void
directory_make(struct directory *d)
{
	strcpy(d->path, "/tmp/mailvet-dir-XXXXXX");
	assert_non_null(mkdtemp(d->path));
}

/* The path of a file in it; in static storage. */
static inline const char *
directory_path(const struct directory *d, const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	return path;
}

/* The name of its only file, which is to be of this hour; "" for none. */
static inline const char *
directory_file(const struct directory *d)
{
	static char name[256];
	DIR *dir = opendir(d->path);
	struct dirent *e;

	name[0] = '\0';
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		assert_string_equal(name, "");
		snprintf(name, sizeof(name), "%s", e->d_name);
	}
	closedir(dir);
	return name;
}

/* What that file has, NUL-terminated, in arena. */
static inline const char *
directory_text(const struct directory *d, struct arena *arena)
{
	int fd = open(directory_path(d, directory_file(d)), O_RDONLY);
	struct stat st;
	char *text;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	close(fd);
	return text;
}

static inline void
directory_remove(const struct directory *d)
{
	DIR *dir = opendir(d->path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
	rmdir(d->path);
}

#endif
