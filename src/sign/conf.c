#include "sign/conf.h"

static const struct conf_option options[] = {
	{
		.key = "domain",
		.type = CONF_STRING,
		.offset = offsetof(struct sign_conf, domain),
		.help = "mail with a From in this domain is signed; needed",
	},
	{
		.key = "selector",
		.type = CONF_STRING,
		.offset = offsetof(struct sign_conf, selector),
		.help = "name of the key below _domainkey in the DNS; needed",
	},
	{
		.key = "key",
		.type = CONF_PATH,
		.offset = offsetof(struct sign_conf, key),
		.help = "file with the private RSA key, in PEM; needed",
	},
	{
		.key = "subdomains",
		.type = CONF_BOOL,
		.offset = offsetof(struct sign_conf, subdomains),
		.initial = "no",
		.help = "sign for the subdomains of the domain, too",
	},
	{ .key = NULL },
};

const struct conf_section sign_section = {
	.name = "sign",
	.options = options,
	.size = sizeof(struct sign_conf),
};
