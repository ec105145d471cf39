#include "setup/setup.h"

#include "base/strbuf.h"
#include "host/file.h"

#include <stdio.h>
#include <time.h>

static const char head[] =
	"# Written by mailvet setup, which writes it again.  A file with a\n"
	"# later name in this directory wins over this one.\n\n";

/* What a line "KEY = VALUE" gives the key; empty: another line. */
static struct str
value_of(struct str line, struct str key)
{
	struct str name = str_trim(str_cut(&line, '='));

	return str_eq(name, key) ? str_trim(line) : STR("");
}

static void
recall_domains(struct setup *setup, struct str list)
{
	if (setup->domain_count > 0 || list.n == 0)
		return;
	setup->domains = arena_array(setup->host->arena, SETUP_DOMAINS_MAX,
		sizeof(struct str));
	while (setup->domains != NULL && list.p != NULL &&
		setup->domain_count < SETUP_DOMAINS_MAX)
		setup->domains[setup->domain_count++] =
			arena_copy(setup->host->arena,
				str_trim(str_cut(&list, ',')));
}

void
setup_recall(struct setup *setup)
{
	struct arena *arena = setup->host->arena;
	const char *path = host_path(setup->host, SETUP_CONF);
	struct str text;

	if (path == NULL || file_read(arena, path, &text) < 0)
		return;
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');
		struct str selector = value_of(line, STR("selector"));
		struct str from = value_of(line, STR("from"));
		struct str name = value_of(line, STR("authserv-id"));

		recall_domains(setup, value_of(line, STR("domain")));
		if (name.n > 0)
			setup->name = arena_copy(arena, name).p;
		if (selector.n > 0)
			setup->selector = arena_copy(arena, selector).p;
		if (from.n > 0 && setup->reporter == NULL)
			setup->reporter = arena_copy(arena, from).p;
	}
}

/* The name of the key of this year. */
static const char *
new_selector(struct arena *arena)
{
	struct strbuf sb = sb_new(arena);
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return "mailvet";
	sb_addf(&sb, "s%d", tm.tm_year + 1900);
	return sb_done(&sb).p;
}

static void
make_key(struct setup *setup, const char *domain)
{
	const char *const argv[] = { "mailvet", "key", "new", domain,
		"--selector", setup->selector, "--keys",
		host_path(setup->host, HOST_KEYS), NULL };
	struct strbuf path = sb_new(setup->host->arena);

	sb_addf(&path, "%s%s/%s/%s.pem", setup->host->root, HOST_KEYS, domain,
		setup->selector);
	if (!path.failed && !file_exists(sb_done(&path).p))
		change_run(&setup->changes, argv);
}

/* One domain by its name; for several, % in the path stands for each. */
static void
add_sign(const struct setup *setup, struct strbuf *sb)
{
	sb_addz(sb, "\n[sign]\ndomain = ");
	for (size_t i = 0; i < setup->domain_count; i++) {
		sb_addz(sb, i > 0 ? ", " : "");
		sb_add(sb, setup->domains[i]);
	}
	sb_addf(sb, "\nselector = %s\nkey = " HOST_KEYS "/%.*s/%s.pem\n",
		setup->selector,
		setup->domain_count > 1 ? 1 : (int)setup->domains[0].n,
		setup->domain_count > 1 ? "%" : setup->domains[0].p,
		setup->selector);
}

void
setup_config(struct setup *setup)
{
	struct strbuf sb = sb_new(setup->host->arena);

	if (setup->selector == NULL)
		setup->selector = new_selector(setup->host->arena);
	for (size_t i = 0; i < setup->domain_count && !setup->own_sign; i++)
		make_key(setup, setup->domains[i].p);
	sb_addz(&sb, head);
	sb_addz(&sb, "[common]\n");
	if (!setup->own_name)
		sb_addf(&sb, "authserv-id = %s\n", setup->name);
	if (setup->domain_count > 0 && !setup->own_sign)
		add_sign(setup, &sb);
	if (setup->reporter != NULL)
		sb_addf(&sb, "\n[report]\nfrom = %s\n", setup->reporter);
	change_file(&setup->changes, SETUP_CONF, sb_done(&sb), 0644);
}

void
setup_config_undo(struct setup *setup)
{
	change_remove(&setup->changes, SETUP_CONF);
	printf("The keys in %s stay.\n", HOST_KEYS);
}
