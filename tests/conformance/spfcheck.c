/*
 * check_host() for scripts.
 *
 *   spfcheck ZONE [RECEIVER] < lines
 *
 * Each line is CLIENT, HELO and MAIL FROM, parted by tabs; \xNN is a byte.  For
 * each it prints, parted by tabs: result, explanation, mechanism, reason, and
 * the numbers of terms, void lookups and questions.
 */
#include "base/strbuf.h"
#include "spf/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { DEADLINE = 20000, LINE_MAX_BYTES = 1 << 20 };

static int
hex(char c)
{
	if (is_digit(c))
		return c - '0';
	return to_lower(c) >= 'a' && to_lower(c) <= 'f' ?
		to_lower(c) - 'a' + 10 : -1;
}

/* The next field, with its escapes undone in place. */
static struct str
field(struct str *rest)
{
	struct str f = str_cut(rest, '\t');
	char *out = (char *)f.p;
	size_t n = 0;

	for (size_t i = 0; i < f.n; i++) {
		bool escaped = i + 3 < f.n && f.p[i] == '\\' &&
			f.p[i + 1] == 'x' && hex(f.p[i + 2]) >= 0 &&
			hex(f.p[i + 3]) >= 0;

		out[n++] = escaped ? (char)(hex(f.p[i + 2]) * 16 +
			hex(f.p[i + 3])) : f.p[i];
		if (escaped)
			i += 3;
	}
	return (struct str){ out, n };
}

static void
print_answer(struct arena *arena, const struct spf_answer *answer,
	unsigned asked)
{
	struct strbuf sb = sb_new(arena);
	const struct str texts[] = {
		answer->explanation, answer->mechanism, answer->reason,
	};

	sb_addz(&sb, auth_result_text(answer->result));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sb_addc(&sb, '\t');
		sb_add_escaped(&sb, texts[i], LINE_MAX_BYTES);
	}
	sb_addf(&sb, "\t%u\t%u\t%u", answer->terms, answer->voids, asked);
	puts(sb_done(&sb).p);
}

static void
check_line(struct dns *dns, struct str line, const char *receiver)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { .dns = dns, .arena = arena,
		.budget = DEADLINE };
	struct spf_query query = { .receiver = str_of(receiver),
		.explain = true };
	struct spf_answer answer;

	if (!ipaddr_parse(field(&line), &query.client))
		query.client.family = IP_NONE;
	query.helo = field(&line);
	query.sender = field(&line);
	if (spf_check_host(&scope, &query, &answer) < 0) {
		fprintf(stderr, "spfcheck: out of memory\n");
		exit(1);
	}
	print_answer(arena, &answer, scope.asked);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	const char *receiver = argc > 2 ? argv[2] : NULL;
	struct dns *dns;
	unsigned where = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (argc < 2 || dns_open_zone(argv[1], &dns, &where) < 0) {
		fprintf(stderr, "spfcheck: %s:%u: no zone file\n",
			argc > 1 ? argv[1] : "", where);
		return 2;
	}
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct str text = { line, (size_t)n };

		if (text.p[text.n - 1] == '\n')
			text.n--;
		check_line(dns, text, receiver);
	}
	free(line);
	dns_close(dns);
	return 0;
}
