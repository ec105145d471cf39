#include "spf/conf.h"

static const char *const helo_checks[] = { "off", "log", "enforce", NULL };
static const char *const temperror_actions[] = { "accept", "defer", NULL };

static const struct conf_option options[] = {
	{
		.key = "helo-check",
		.type = CONF_ENUM,
		.offset = offsetof(struct spf_conf, helo_check),
		.initial = "log",
		.choices = helo_checks,
		.help = "check the HELO name, too; enforce: and act on it",
	},
	{
		.key = "received-spf",
		.type = CONF_BOOL,
		.offset = offsetof(struct spf_conf, received_spf),
		.initial = "yes",
		.help = "add a Received-SPF header field",
	},
	{
		.key = "on-temperror",
		.type = CONF_ENUM,
		.offset = offsetof(struct spf_conf, on_temperror),
		.initial = "accept",
		.choices = temperror_actions,
		.help = "what to do when the DNS does not answer",
	},
	{ .key = NULL },
};

const struct conf_section spf_section = {
	.name = "spf",
	.options = options,
	.size = sizeof(struct spf_conf),
};
