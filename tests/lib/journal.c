#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"

static void
each_of_file(const char *path, void (*take)(void *arg, const char *line),
    void *arg)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	while (f != NULL && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take(arg, line);
	}
	if (f != NULL)
		fclose(f);
	free(line);
}

void
journal_each(const char *directory,
    void (*take)(void *arg, const char *line), void *arg)
{
	char path[512];
	struct dirent *e;
	DIR *dir = opendir(directory);

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
		if (strstr(e->d_name, ".jsonl") != NULL)
			each_of_file(path, take, arg);
	}
	if (dir != NULL)
		closedir(dir);
}
