#include "filter/common.h"

#include "mail/authres.h"
#include "dns/server.h"

#include <grp.h>

#define AT(field) offsetof(struct common, field)

/* In the order of enum log_level, from LEVEL_ERROR on. */
static const char *const levels[] = { "error", "warning", "notice", "info",
	"debug", NULL };

static const char *const trusts[] = { [TRUST_SEALED] = "sealed",
	[TRUST_AUTHSERV_ID] = "authserv-id", NULL };

static bool
are_servers(const void *field)
{
	const struct conf_list *list = field;
	struct dns_server server;

	for (size_t i = 0; i < list->count; i++)
		if (dns_server_parse(list->items[i], &server) < 0)
			return false;
	return true;
}

static bool
is_id(const void *field)
{
	const char *id = *(const char *const *)field;

	return id == NULL || authres_is_id(str_of(id));
}

static bool
is_group(const void *field)
{
	const char *name = *(const char *const *)field;

	return name == NULL || getgrnam(name) != NULL;
}

static const struct conf_option options[] = {
	{ .key = "authserv-id",
		.type = CONF_STRING,
		.offset = AT(authserv_id),
		.valid = is_id,
		.kind = "name as in a header field",
		.help = "name in Authentication-Results; default: the MTA's" },
	{ .key = "internal-hosts",
		.type = CONF_NETS,
		.offset = AT(internal_hosts),
		.initial = "127.0.0.0/8, ::1",
		.help = "clients whose mail is signed and not checked" },
	{ .key = "submission-daemons",
		.type = CONF_LIST,
		.offset = AT(submission_daemons),
		.initial = "*",
		.help = "listeners where clients may authenticate, by "
			"{daemon_name}; *: all" },
	{ .key = "nameservers",
		.type = CONF_LIST,
		.offset = AT(nameservers),
		.initial = "",
		.valid = are_servers,
		.kind = "list of IP or IP@PORT",
		.help = "name servers; default: the system's" },
	{ .key = "trust-anchor",
		.type = CONF_PATH,
		.offset = AT(trust_anchor),
		.help = "DNSSEC root key file; default: no validation" },
	{ .key = "report-dnssec",
		.type = CONF_BOOL,
		.offset = AT(report_dnssec),
		.initial = "no",
		.help = "say in Authentication-Results whether a DKIM key was "
			"secured" },
	{ .key = "zone",
		.type = CONF_PATH,
		.offset = AT(zone),
		.help = "master file to use in place of the DNS, for tests" },
	{ .key = "deadline",
		.type = CONF_DURATION,
		.offset = AT(deadline),
		.initial = "20s",
		.min = 100,
		.max = 55000,
		.help = "waiting for the DNS per message; below the MTA's "
			"timeouts" },
	{ .key = "log-level",
		.type = CONF_ENUM,
		.offset = AT(log_level),
		.initial = "info",
		.choices = levels,
		.help = "what to log" },
	{ .key = "dry-run",
		.type = CONF_BOOL,
		.offset = AT(dry_run),
		.initial = "no",
		.help = "evaluate and log, but change nothing but the header" },
	{ .key = "trust",
		.type = CONF_ENUM,
		.offset = AT(trust),
		.initial = "sealed",
		.choices = trusts,
		.help = "which Authentication-Results count" },
	{ .key = "seal-key",
		.type = CONF_PATH,
		.offset = AT(seal_key),
		.initial = MAILVET_RUNDIR "/seal.key",
		.help = "key by which the milters know each other's results" },
	{ .key = "socket-mode",
		.type = CONF_MODE,
		.offset = AT(socket_mode),
		.initial = "0660",
		.help = "mode of a socket that the daemon binds itself" },
	{ .key = "socket-group",
		.type = CONF_STRING,
		.offset = AT(socket_group),
		.valid = is_group,
		.kind = "name of a group of this host",
		.help = "group of such a socket; default: the process's own" },
	{ .key = NULL },
};

const struct conf_section common_section = {
	.name = "common",
	.options = options,
	.size = sizeof(struct common),
};

const char *const conf_all_sections[] = { "common", "spf", "dkim", "sign",
	"dmarc", "report", NULL };

enum log_level
common_log_level(const struct common *common)
{
	return LEVEL_ERROR + (enum log_level)common->log_level;
}
