#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "scn.h"

struct search {
	const struct scn *scn;
	const char *words;
	bool found;
};

/* Has the line the message's queue id and all of the words? */
static void
look_at(void *arg, const char *line)
{
	struct search *s = arg;
	char id[64], *copy = strdup(s->words), *rest = copy, *word;
	bool ok;

	snprintf(id, sizeof(id), "\"id\":\"%s\"", s->scn->qid);
	ok = copy != NULL && strstr(line, id) != NULL;
	while (ok && (word = scn_word(&rest)) != NULL)
		ok = strstr(line, word) != NULL;
	s->found = s->found || ok;
	free(copy);
}

bool
scn_journal_has(const struct scn *s, const char *directory, const char *words)
{
	struct search search = { .scn = s, .words = words };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", s->env->dir, directory);
	journal_each(path, look_at, &search);
	return search.found;
}
