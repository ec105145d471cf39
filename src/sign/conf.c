#include "sign/conf.h"

#define AT(field) offsetof(struct sign_conf, field)

/* As struct sign_conf has it. */
static const char *const canonicalizations[] = { "relaxed/relaxed",
	"relaxed/simple", "simple/relaxed", "simple/simple", NULL };
static const char *const third_parties[] = { "listed", "any", NULL };
static const char *const at_risk[] = { "omit", "sign", NULL };

/*
 * What a reader is shown or a program acts on.  Never those that are added,
 * changed or removed on the way: Received, Return-Path, Bcc, Authentication-
 * Results, and the signatures of others.
 */
#define SINGLE                                                                \
	"From, Sender, Reply-To, Subject, Date, Message-ID, To, Cc, "         \
	"In-Reply-To, References, MIME-Version, Content-Type, "               \
	"Content-Transfer-Encoding"

/* As x= counts them: half a second would become none, which is for ever. */
static bool
is_whole_seconds(const void *field)
{
	return *(const long *)field % 1000 == 0;
}

static const struct conf_option options[] = {
	{ .key = "domain",
		.type = CONF_LIST,
		.offset = AT(domain),
		.initial = "",
		.help = "Mail with a From in one of these domains is signed" },
	{ .key = "selector",
		.type = CONF_LIST,
		.offset = AT(selector),
		.initial = "",
		.help = "Names of the keys below _domainkey in the DNS" },
	{ .key = "key",
		.type = CONF_LIST,
		.offset = AT(key),
		.initial = "",
		.help = "PEM files of the private keys, one for each "
			"selector; %: the domain" },
	{ .key = "subdomains",
		.type = CONF_BOOL,
		.offset = AT(subdomains),
		.initial = "no",
		.help = "Sign for the subdomains of domain, too" },
	{ .key = "identity",
		.type = CONF_STRING,
		.offset = AT(identity),
		.help = "i= of the signatures; %: the author's domain" },
	{ .key = "key-table",
		.type = CONF_STRING,
		.offset = AT(key_table),
		.help = "File with NAME DOMAIN:SELECTOR:PATH, as opendkim's" },
	{ .key = "signing-table",
		.type = CONF_STRING,
		.offset = AT(signing_table),
		.help = "File with PATTERN NAME, likewise; refile: for *" },
	{ .key = "multiple-signatures",
		.type = CONF_BOOL,
		.offset = AT(multiple_signatures),
		.initial = "no",
		.help = "All patterns that fit apply, not only the first" },
	{ .key = "third-party",
		.type = CONF_ENUM,
		.offset = AT(third_party),
		.initial = "listed",
		.choices = third_parties,
		.help = "Whose domain may differ from the key's: those in the "
			"table by name, or by * alone" },
	{ .key = "canonicalization",
		.type = CONF_ENUM,
		.offset = AT(canonicalization),
		.initial = "relaxed/relaxed",
		.choices = canonicalizations,
		.help = "Of header and body" },
	{ .key = "signed-headers",
		.type = CONF_LIST,
		.offset = AT(signed_headers),
		.initial = SINGLE ", Content-*, List-*, Resent-*",
		.help = "Fields that are signed where a message has them" },
	{ .key = "oversign-headers",
		.type = CONF_LIST,
		.offset = AT(oversign_headers),
		.initial = SINGLE,
		.help = "Fields of which none can be added to those there "
			"are" },
	{ .key = "oversign-absent",
		.type = CONF_LIST,
		.offset = AT(oversign_absent),
		.initial = "",
		.help = "Fields of which none can be added where there is "
			"none" },
	{ .key = "fields-at-risk",
		.type = CONF_ENUM,
		.offset = AT(fields_at_risk),
		.initial = "omit",
		.choices = at_risk,
		.help = "Address fields that sendmail would rewrite" },
	{ .key = "signature-lifetime",
		.type = CONF_DURATION,
		.offset = AT(lifetime),
		.initial = "0",
		.min = 0,
		.max = 366L * 24 * 3600 * 1000,
		.valid = is_whole_seconds,
		.kind = "duration in whole seconds",
		.help = "Until a signature expires (x=); 0: never" },
	{ .key = NULL },
};

const struct conf_section sign_section = {
	.name = "sign",
	.options = options,
	.size = sizeof(struct sign_conf),
};
