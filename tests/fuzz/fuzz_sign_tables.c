/*
 * Key table and signing table: a byte of switches, the author's address, and
 * the table.  Whoever is chosen has a key, and signs for nobody else.
 */
#include "dns/name.h"
#include "fuzz/fuzz.h"
#include "sign/rules.h"

static struct domain_key any = { .domain = STR(""), .path = "/any" };
static struct domain_key two[] = {
	{ .domain = STR("a.example"), .path = "/a" },
	{ .domain = STR("b.example"), .path = "/b" },
};
static struct key_entry entries[] = {
	{ STR("own"), STR(""), STR("s"), &any, 1, "k:1" },
	{ STR("com"), STR("example.com"), STR("s"), &any, 1, "k:2" },
	{ STR("dir"), STR(""), STR("s"), two, 2, "k:3" },
};
static const struct key_table keys = { entries, 3 };

static void
check(struct arena *arena, const struct rules *rules, struct str address)
{
	struct mailbox author = address_split(address);
	struct signers signers;
	const char *reason = NULL;

	if (name_normalise(arena, author.domain, &author.domain) < 0)
		return;
	must(rules_choose(rules, arena, &author, &signers, &reason) == 0);
	must(reason != NULL);
	for (size_t i = 0; i < signers.count; i++) {
		const struct signer *s = &signers.list[i];

		must(str_eq(s->selector, STR("s")));
		must(str_eq(s->domain, author.domain) ||
			str_eq(s->domain, STR("example.com")));
		must(s->identity.n == 0 ||
			name_within(address_split(s->identity).domain,
				s->domain));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	struct table_source source = { arena, &errors, "/t", "c:1" };
	struct str text = input(data, size), address;
	struct rules rules = { .list = NULL };
	struct table table = { .lines = NULL };
	struct keyring ring = { .arena = arena, .errors = &errors };
	struct key_table own;
	char flags;

	if (size == 0)
		goto out;
	flags = text.p[0];
	text = str_from(text, 1);
	address = str_cut(&text, '\n');
	table.patterns = flags & 1;
	rules.all = flags & 2;
	rules.third_party = flags & 4;
	(void)table_parse(&source, "/t", text, &table);
	/* Its paths are opened: none with a wildcard, to keep it quick. */
	if (str_index(text, '%') == text.n)
		(void)key_table_fill(&source, &table, &ring, &own);
	(void)rules_fill(&source, &table, &keys, &rules);
	check(arena, &rules, address);
out:
	arena_free(arena);
	return 0;
}
