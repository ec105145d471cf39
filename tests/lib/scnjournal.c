/*
 * The lines that mailvet-dmarc appends: mailvet-journal(5).
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "scn.h"

/* Has the line the message's queue id and all of the words? */
static bool
line_has(const struct scn *s, const char *line, const char *words)
{
	char id[64], *copy, *rest, *word;
	bool ok;

	snprintf(id, sizeof(id), "\"id\":\"%s\"", s->qid);
	ok = strstr(line, id) != NULL;
	rest = copy = strdup(words);
	while (ok && copy != NULL && (word = scn_word(&rest)) != NULL)
		ok = strstr(line, word) != NULL;
	free(copy);
	return ok;
}

static bool
file_has(const struct scn *s, const char *path, const char *words)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (f != NULL && !found && getline(&line, &room, f) > 0)
		found = line_has(s, line, words);
	if (f != NULL)
		fclose(f);
	free(line);
	return found;
}

/* An hour may end during a test, so all files count. */
bool
scn_journal_has(const struct scn *s, const char *directory, const char *words)
{
	char path[512];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", s->env->dir, directory);
	dir = opendir(path);
	while (dir != NULL && !found && (e = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s/%s", s->env->dir,
		    directory, e->d_name);
		if (strstr(e->d_name, ".jsonl") != NULL)
			found = file_has(s, path, words);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}
