#include "setup/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct str
read_line(struct arena *arena)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);
	struct str text = { line, n > 0 ? (size_t)n : 0 };

	text = arena_copy(arena, str_trim(text));
	free(line);
	return text;
}

const char *
ask(struct arena *arena, const char *question, const char *preset)
{
	struct str answer;

	printf("%s [%s]: ", question, preset);
	fflush(stdout);
	answer = read_line(arena);
	return answer.n > 0 ? answer.p : arena_strdup(arena, preset);
}

bool
ask_yes(struct arena *arena, const char *question)
{
	struct str answer;

	printf("%s [no]: ", question);
	fflush(stdout);
	answer = read_line(arena);
	return answer.n > 0 && str_istarts(STR("yes"), answer);
}

bool
ask_is_possible(void)
{
	return isatty(STDIN_FILENO) != 0;
}
