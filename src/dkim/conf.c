#include "dkim/conf.h"

static const char *const temperror_words[] = {
	[ON_TEMPERROR_ACCEPT] = "accept",
	[ON_TEMPERROR_DEFER] = "defer",
	NULL,
};

static const struct conf_option options[] = {
	{
		.key = "minimum-key-bits",
		.type = CONF_INT,
		.offset = offsetof(struct dkim_conf, minimum_key_bits),
		.initial = "1024",
		.min = 1024, /* RFC 8301 section 3.2 */
		.max = 4096,
		.help = "the smallest RSA key that a signature may have",
	},
	{
		.key = "maximum-signatures",
		.type = CONF_INT,
		.offset = offsetof(struct dkim_conf, maximum_signatures),
		.initial = "10",
		.min = 1,
		.max = 40, /* twice as many results fit one field */
		.help = "how many signatures of a message are verified",
	},
	{
		.key = "on-temperror",
		.type = CONF_ENUM,
		.offset = offsetof(struct dkim_conf, on_temperror),
		.initial = "accept",
		.choices = temperror_words,
		.help = "what to do when a key cannot be fetched for now "
			"and no signature passes",
	},
	{ .key = NULL },
};

const struct conf_section dkim_section = {
	.name = "dkim",
	.options = options,
	.size = sizeof(struct dkim_conf),
};
