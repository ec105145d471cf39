/*
 * authors [plain]: From fields on standard input, each ended by a NUL; prints
 * the author domain of each on a line, an empty one where there is none.
 * plain: with name-address = invalid.
 */
#include "dmarc/author.h"

#include <stdio.h>
#include <stdlib.h>

static int
print_author(struct str value, bool plain)
{
	struct arena *arena = arena_new(0);
	struct headers headers = { 0 };
	struct author author;
	int err = headers_add(&headers, arena, STR("From"), value);

	if (err == 0)
		err = author_find(arena, &headers, plain, &author);
	if (err == 0)
		printf("%.*s\n", STR_ARG(author.domain));
	arena_free(arena);
	return err;
}

int
main(int argc, char **argv)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	(void)argv;
	while ((n = getdelim(&text, &room, '\0', stdin)) > 0)
		if (print_author((struct str){ text, (size_t)n - 1 },
			argc > 1) != 0)
			return EXIT_FAILURE;
	free(text);
	return EXIT_SUCCESS;
}
