#include "dns/master.h"

#include "base/strbuf.h"

struct entry {
	struct strbuf text;
	unsigned depth; /* of parentheses */
};

/* A character outside of quotes and comments. */
static int
add_plain(struct entry *entry, char c)
{
	if (c == '(')
		entry->depth++;
	if (c == ')' && entry->depth-- == 0)
		return ERR_SYNTAX;
	sb_addc(&entry->text, c == '(' || c == ')' || c == '\r' ? ' ' : c);
	return 0;
}

static int
add_line(struct entry *entry, struct str line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		size_t left = line.n - i;

		if (c == '\0')
			return ERR_SYNTAX;
		if (c == ';' && !quoted)
			break;
		if (c == '"')
			quoted = !quoted;
		if (c == '\\' && left > 1 && line.p[i + 1] != '\0') {
			sb_add(&entry->text, (struct str){ line.p + i, 2 });
			i++;
		} else if (quoted) {
			sb_addc(&entry->text, c);
		} else if (add_plain(entry, c) < 0) {
			return ERR_SYNTAX;
		}
	}
	return quoted ? ERR_SYNTAX : 0;
}

static int
read_entry(struct master *master, struct str *ret)
{
	struct entry entry = { .text = sb_new(master->arena) };
	struct str line = str_cut(&master->rest, '\n');

	master->line++;
	if (str_istarts(str_trim(line), STR(";"))) {
		sb_add(&entry.text, str_trim(line));
		line = (struct str){ NULL, 0 };
	}
	if (add_line(&entry, line) < 0)
		return ERR_SYNTAX;
	while (entry.depth > 0 && master->rest.n > 0) {
		master->line++;
		sb_addc(&entry.text, ' ');
		if (add_line(&entry, str_cut(&master->rest, '\n')) < 0)
			return ERR_SYNTAX;
	}
	if (entry.depth > 0)
		return ERR_SYNTAX;
	*ret = sb_done(&entry.text);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

int
master_next(struct master *master, struct str *ret, unsigned *ret_line)
{
	int rc;

	while (master->rest.n > 0) {
		*ret_line = master->line + 1;
		rc = read_entry(master, ret);
		if (rc < 0)
			return rc;
		if (str_trim(*ret).n > 0)
			return 1;
	}
	return 0;
}
