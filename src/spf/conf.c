#include "spf/conf.h"
#include "spf/phrase.h"

static const char *const helo_checks[] = {
	[HELO_OFF] = "off",
	[HELO_LOG] = "log",
	[HELO_ENFORCE] = "enforce",
	NULL,
};

static const char *const actions[] = {
	[SPF_ACCEPT] = "accept",
	[SPF_TAG] = "tag",
	[SPF_QUARANTINE] = "quarantine",
	[SPF_DEFER] = "defer",
	[SPF_REJECT] = "reject",
	NULL,
};

#define AT(member) offsetof(struct spf_conf, member)

static const struct conf_option options[] = {
	{ .key = "helo-check", .type = CONF_ENUM, .offset = AT(helo_check),
		.initial = "log", .choices = helo_checks,
		.help = "check the HELO name, too; enforce: and act on it" },
	{ .key = "received-spf", .type = CONF_BOOL,
		.offset = AT(received_spf), .initial = "yes",
		.help = "add a Received-SPF header field" },
	{ .key = "fail", .type = CONF_ENUM, .offset = AT(actions[AUTH_FAIL]),
		.initial = "accept", .choices = actions,
		.help = "what to do when the client may not use the domain" },
	{ .key = "softfail", .type = CONF_ENUM,
		.offset = AT(actions[AUTH_SOFTFAIL]),
		.initial = "accept", .choices = actions,
		.help = "likewise, when it probably may not" },
	{ .key = "neutral", .type = CONF_ENUM,
		.offset = AT(actions[AUTH_NEUTRAL]),
		.initial = "accept", .choices = actions,
		.help = "likewise, when the domain does not say" },
	{ .key = "none", .type = CONF_ENUM, .offset = AT(actions[AUTH_NONE]),
		.initial = "accept", .choices = actions,
		.help = "likewise, when it has no record" },
	{ .key = "temperror", .type = CONF_ENUM,
		.offset = AT(actions[AUTH_TEMPERROR]),
		.initial = "accept", .choices = actions,
		.help = "likewise, when the DNS does not answer" },
	{ .key = "permerror", .type = CONF_ENUM,
		.offset = AT(actions[AUTH_PERMERROR]),
		.initial = "accept", .choices = actions,
		.help = "likewise, when its record is in error" },
	{ .key = "reply-text", .type = CONF_STRING, .offset = AT(reply_text),
		.initial = "SPF {result}: {explanation}",
		.help = "what a refused client is told" },
	{ .key = "subject-tag", .type = CONF_STRING, .offset = AT(subject_tag),
		.initial = "[SPF:{result}]",
		.help = "what tag puts before the Subject" },
	{ .key = "skip-null-sender", .type = CONF_BOOL,
		.offset = AT(skip_null_sender), .initial = "no",
		.help = "do nothing to mail with the null sender" },
	{ .key = "whitelist-ip", .type = CONF_LIST, .offset = AT(ip),
		.initial = "",
		.help = "do nothing to mail from these networks" },
	{ .key = "whitelist-ptr", .type = CONF_LIST, .offset = AT(ptr),
		.initial = "",
		.help = "likewise, from clients whose name is one of these, "
			"in the DNS both ways" },
	{ .key = "whitelist-from", .type = CONF_LIST, .offset = AT(from),
		.initial = "",
		.help = "likewise, from these addresses and domains" },
	{ .key = "whitelist-to", .type = CONF_LIST, .offset = AT(to),
		.initial = "",
		.help = "likewise, to these addresses and domains" },
	{ .key = "whitelist-helo", .type = CONF_LIST, .offset = AT(helo),
		.initial = "",
		.help = "likewise, when the client says this name" },
	{ .key = NULL },
};

const struct conf_section spf_section = {
	.name = "spf",
	.options = options,
	.size = sizeof(struct spf_conf),
};

const char *
spf_action_text(enum spf_action action)
{
	return actions[action];
}

/* ---- what a type cannot say ---- */

/* The worst of two: complaints go on to be collected, out of memory stays. */
static int
worse(int a, int b)
{
	return a == ERR_NOMEM || b == 0 ? a : b;
}

static int
load_whitelist(const struct load *load, const struct spf_conf *conf,
	struct spf_whitelist *ret)
{
	const struct list_option ip = { "spf", "whitelist-ip", &conf->ip };
	const struct list_option ptr = { "spf", "whitelist-ptr", &conf->ptr };
	const struct list_option from = { "spf", "whitelist-from",
		&conf->from };
	const struct list_option to = { "spf", "whitelist-to", &conf->to };
	const struct list_option helo = { "spf", "whitelist-helo",
		&conf->helo };
	int err = lists_nets(load, &ip, &ret->ip);

	err = worse(err, lists_names(load, &ptr, &ret->ptr));
	err = worse(err, lists_addresses(load, &from, &ret->from));
	err = worse(err, lists_addresses(load, &to, &ret->to));
	return worse(err, lists_names(load, &helo, &ret->helo));
}

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

static int
check_phrase(const struct load *load, const char *key, const char *text)
{
	const char *where = conf_where(load->conf, "spf", key);
	struct str phrase = str_of(text), bad;

	if (text == NULL || !is_printable(phrase)) {
		conf_error(load->errors, where,
			"%s: a text in printable ASCII is needed", key);
		return ERR_CONFIG;
	}
	if (phrase_valid(phrase, &bad))
		return 0;
	conf_error(load->errors, where, "%s: \"%.*s\" does not begin with %s",
		key, STR_ARG(bad), phrase_placeholders);
	return ERR_CONFIG;
}

static bool
refuses(const struct spf_conf *conf)
{
	for (int i = 0; i <= AUTH_PERMERROR; i++)
		if (conf->actions[i] >= SPF_DEFER)
			return true;
	return false;
}

int
spf_load(const struct load *load, const void **settings)
{
	const struct spf_conf *conf = conf_get(load->conf, "spf");
	struct spf_settings *s = arena_alloc(load->arena, sizeof(*s));
	int err;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *conf;
	s->refuses = refuses(conf) && !load->common->dry_run;
	err = load_whitelist(load, conf, &s->whitelist);
	err = worse(err, check_phrase(load, "reply-text", conf->reply_text));
	err = worse(err, check_phrase(load, "subject-tag", conf->subject_tag));
	*settings = s;
	return err;
}
