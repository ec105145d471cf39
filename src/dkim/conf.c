#include "dkim/conf.h"

#define AT(field) offsetof(struct dkim_conf, field)

static const char *const partial_words[] = {
	[PARTIAL_ACCEPT] = "accept",
	[PARTIAL_IGNORE] = "ignore",
	[PARTIAL_REFUSE] = "refuse",
	NULL,
};

static const char *const test_key_words[] = {
	[TEST_KEYS_ACCEPT] = "accept",
	[TEST_KEYS_IGNORE] = "ignore",
	NULL,
};

static const char *const actions[] = {
	[DKIM_ACCEPT] = "accept",
	[DKIM_DEFER] = "defer",
	[DKIM_REJECT] = "reject",
	NULL,
};

/* Refused for good because the DNS is down: never. */
static const char *const temporary_actions[] = {
	[DKIM_ACCEPT] = "accept",
	[DKIM_DEFER] = "defer",
	NULL,
};

static const struct conf_option options[] = {
	{
		.key = "minimum-key-bits",
		.type = CONF_INT,
		.offset = AT(minimum_key_bits),
		.initial = "1024",
		.min = 1024, /* RFC 8301 section 3.2 */
		.max = 4096,
		.help = "the smallest RSA key that a signature may have",
	},
	{
		.key = "maximum-signatures",
		.type = CONF_INT,
		.offset = AT(maximum_signatures),
		.initial = "10",
		.min = 1,
		.max = 40, /* twice as many results fit one field */
		.help = "how many signatures of a message are verified",
	},
	{
		.key = "partial-body",
		.type = CONF_ENUM,
		.offset = AT(partial_body),
		.initial = "ignore",
		.choices = partial_words,
		.help = "a signature whose l= is less than the body",
	},
	{
		.key = "test-keys",
		.type = CONF_ENUM,
		.offset = AT(test_keys),
		.initial = "accept",
		.choices = test_key_words,
		.help = "a signature by a key under test (t=y)",
	},
	{
		.key = "on-none",
		.type = CONF_ENUM,
		.offset = AT(on_none),
		.initial = "accept",
		.choices = actions,
		.help = "what to do with mail without a signature",
	},
	{
		.key = "on-fail",
		.type = CONF_ENUM,
		.offset = AT(on_fail),
		.initial = "accept",
		.choices = actions,
		.help = "what to do when a signature is wrong and none passes",
	},
	{
		.key = "on-policy",
		.type = CONF_ENUM,
		.offset = AT(on_policy),
		.initial = "accept",
		.choices = actions,
		.help = "what to do when no signature is good enough",
	},
	{
		.key = "on-permerror",
		.type = CONF_ENUM,
		.offset = AT(on_permerror),
		.initial = "accept",
		.choices = actions,
		.help = "what to do when no signature or key is valid",
	},
	{
		.key = "on-temperror",
		.type = CONF_ENUM,
		.offset = AT(on_temperror),
		.initial = "accept",
		.choices = temporary_actions,
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
