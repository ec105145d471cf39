#include "dmarc/conf.h"

enum { MARK_MAX = 200 }; /* bytes of quarantine-header */

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

#define AT(member) offsetof(struct dmarc_conf, member)

static const struct conf_option options[] = {
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

int
dmarc_load(const struct load *load, const void **settings)
{
	const struct dmarc_conf *conf = conf_get(load->conf, "dmarc");
	struct dmarc_settings *s = arena_alloc(load->arena, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *conf;
	if (conf->quarantine_header != NULL &&
		!split_mark(str_of(conf->quarantine_header), s)) {
		conf_error(load->errors,
			conf_where(load->conf, "dmarc", "quarantine-header"),
			"quarantine-header is not \"Name: value\" in "
			"printable ASCII of at most %d bytes", MARK_MAX);
		return ERR_CONFIG;
	}
	*settings = s;
	return 0;
}
