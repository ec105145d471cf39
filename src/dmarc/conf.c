#include "dmarc/conf.h"

#include "dmarc/table.h"
#include "dmarc/tally.h"

enum { MARK_MAX = 200 }; /* bytes of quarantine-header */

static const char *const discovery_choices[] = {
	[DMARC_TREEWALK] = "treewalk",
	[DMARC_PSL] = "psl",
	NULL,
};

static const char *const enforce_choices[] = {
	[ENFORCE_MONITOR] = "monitor",
	[ENFORCE_QUARANTINE] = "quarantine",
	[ENFORCE_REJECT] = "reject",
	NULL,
};

static const char *const quarantine_choices[] = {
	[QUARANTINE_MARK] = "mark",
	[QUARANTINE_HOLD] = "hold",
	NULL,
};

static const char *const temperror_choices[] = {
	[TEMPERROR_ACCEPT] = "accept",
	[TEMPERROR_DEFER] = "defer",
	NULL,
};

static const char *const invalid_from_choices[] = {
	[INVALID_FROM_ACCEPT] = "accept",
	[INVALID_FROM_REJECT] = "reject",
	NULL,
};

static const char *const name_address_choices[] = {
	[NAME_ADDRESS_IGNORE] = "ignore",
	[NAME_ADDRESS_INVALID] = "invalid",
	NULL,
};

#define AT(member) offsetof(struct dmarc_conf, member)

static const struct conf_option options[] = {
	{ .key = "discovery", .type = CONF_ENUM, .offset = AT(discovery),
		.initial = "treewalk", .choices = discovery_choices,
		.help = "how organizational domains are found: in the DNS, "
			"or by the public suffix list" },
	{ .key = "enforce", .type = CONF_ENUM, .offset = AT(enforce),
		.initial = "quarantine", .choices = enforce_choices,
		.help = "the strongest policy applied to mail that fails" },
	{ .key = "quarantine", .type = CONF_ENUM, .offset = AT(quarantine),
		.initial = "mark", .choices = quarantine_choices,
		.help = "what quarantine does: mark in the header, or hold "
			"in the MTA's queue" },
	{ .key = "quarantine-header", .type = CONF_STRING,
		.offset = AT(quarantine_header),
		.help = "a header field for quarantined mail: "
			"\"Name: value\"" },
	{ .key = "on-temperror", .type = CONF_ENUM, .offset = AT(on_temperror),
		.initial = "accept", .choices = temperror_choices,
		.help = "when the DNS leaves the result open" },
	{ .key = "on-invalid-from", .type = CONF_ENUM,
		.offset = AT(on_invalid_from),
		.initial = "accept", .choices = invalid_from_choices,
		.help = "when From does not name exactly one domain" },
	{ .key = "name-address", .type = CONF_ENUM, .offset = AT(name_address),
		.initial = "ignore", .choices = name_address_choices,
		.help = "an address of another domain in the author's name "
			"makes From invalid" },
	{ .key = "overrides", .type = CONF_PATH, .offset = AT(overrides),
		.help = "a file of exceptions from the policies" },
	{ .key = "journal", .type = CONF_BOOL, .offset = AT(journal),
		.initial = "yes", .help = "keep the journal for the reports" },
	{ .key = "journal-directory", .type = CONF_PATH,
		.offset = AT(journal_directory),
		.initial = "/var/spool/mailvet/dmarc",
		.help = "where the journal is" },
	{ .key = "failure-reports", .type = CONF_BOOL,
		.offset = AT(failure_reports), .initial = "no",
		.help = "keep the header of messages whose domain wants to "
			"hear of failures" },
	{ .key = "failure-directory", .type = CONF_PATH,
		.offset = AT(failure_directory),
		.initial = "/var/spool/mailvet/failure",
		.help = "where these are" },
	{ .key = NULL },
};

const struct conf_section dmarc_section = {
	.name = "dmarc",
	.options = options,
	.size = sizeof(struct dmarc_conf),
};

/* Printable ASCII; the name of a field has no space and no colon. */
static bool
is_printable(struct str s, bool name)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
		if (name && (s.p[i] == ' ' || s.p[i] == ':'))
			return false;
	}
	return s.n > 0;
}

static bool
split_mark(struct str text, struct dmarc_settings *settings)
{
	struct str rest = text;
	struct str name = str_cut(&rest, ':');

	settings->mark_name = str_trim(name);
	settings->mark_value = str_trim(rest);
	return text.n <= MARK_MAX && is_printable(settings->mark_name, true) &&
		is_printable(settings->mark_value, false);
}

/* ERR_CONFIG with the complaint said; others as they are. */
static int
load_mark(const struct load *load, struct dmarc_settings *s)
{
	if (s->conf.quarantine_header == NULL ||
		split_mark(str_of(s->conf.quarantine_header), s))
		return 0;
	conf_error(load->errors,
		conf_where(load->conf, "dmarc", "quarantine-header"),
		"quarantine-header is not \"Name: value\" in "
		"printable ASCII of at most %d bytes", MARK_MAX);
	return ERR_CONFIG;
}

static int
load_suffixes(const struct load *load, struct dmarc_settings *s)
{
	int err;

	if (s->conf.discovery != DMARC_PSL)
		return 0;
	err = suffixes_load(load->arena, &s->suffixes);
	if (err == 0 || err == ERR_NOMEM)
		return err;
	conf_error(load->errors, conf_where(load->conf, "dmarc", "discovery"),
		"discovery: there is no public suffix list on this host");
	return ERR_CONFIG;
}

static int
load_overrides(const struct load *load, struct dmarc_settings *s)
{
	if (s->conf.overrides == NULL)
		return 0;
	return table_load(load->arena, s->conf.overrides,
		conf_where(load->conf, "dmarc", "overrides"), load->errors,
		&s->overrides);
}

static int
open_spools(const struct load *load, struct dmarc_settings *s)
{
	int err = 0;

	if (s->conf.journal)
		err = spool_open(load->arena, s->conf.journal_directory,
			&tally_journal, &s->journal);
	if (err == 0 && s->conf.failure_reports)
		err = spool_open(load->arena, s->conf.failure_directory,
			&tally_failures, &s->failures);
	return err;
}

int
dmarc_load(const struct load *load, const void **settings)
{
	static int (*const steps[])(const struct load *,
		struct dmarc_settings *) = { load_mark, load_suffixes,
		load_overrides, open_spools };
	const struct dmarc_conf *conf = conf_get(load->conf, "dmarc");
	struct dmarc_settings *s = arena_alloc(load->arena, sizeof(*s));
	int err = 0;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *conf;
	/* Go on after a complaint: all of them are wanted. */
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		int one = steps[i](load, s);

		if (one != 0 && err != ERR_NOMEM)
			err = one;
	}
	if (err == 0)
		*settings = s;
	return err;
}
