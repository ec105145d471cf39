#include "report/conf.h"

#include "base/strbuf.h"
#include "dns/name.h"
#include "mail/address.h"

#include <limits.h>
#include <unistd.h>

enum { PORT_SMTP = 25, PORT_MAX = 65535, DAYS_MAX = 3660 };

#define AT(member) offsetof(struct report_conf, member)

static const struct conf_option options[] = {
	{ .key = "from", .type = CONF_STRING, .offset = AT(from),
		.help = "sender of the reports, in a domain that we sign "
			"for; without it none is sent" },
	{ .key = "aggregate", .type = CONF_BOOL, .offset = AT(aggregate),
		.initial = "yes",
		.help = "send aggregate reports, once a day" },
	{ .key = "organization", .type = CONF_STRING,
		.offset = AT(organization),
		.help = "who reports; default: the domain of from" },
	{ .key = "contact", .type = CONF_STRING, .offset = AT(contact),
		.help = "contact for people, put into each report" },
	{ .key = "submit", .type = CONF_STRING, .offset = AT(submit),
		.initial = "localhost:25",
		.help = "the MTA that takes the reports, by SMTP" },
	{ .key = "database", .type = CONF_STRING, .offset = AT(database),
		.initial = MAILVET_STATEDIR "/report.db",
		.help = "a file (SQLite) or postgresql://..." },
	{ .key = "host", .type = CONF_STRING, .offset = AT(host),
		.help = "name among the hosts that share a database; "
			"default: the system's" },
	{ .key = "keep-days", .type = CONF_INT, .offset = AT(keep_days),
		.initial = "30", .min = 7, .max = DAYS_MAX,
		.help = "how long the database remembers" },
	{ .key = "keep-journal-days", .type = CONF_INT,
		.offset = AT(keep_journal_days),
		.initial = "7", .min = 1, .max = DAYS_MAX,
		.help = "how long imported journal files are kept" },
	{ .key = "failure-limit", .type = CONF_INT,
		.offset = AT(failure_limit),
		.initial = "10", .min = 1, .max = 1000,
		.help = "failure reports per destination and hour" },
	{ .key = "redact", .type = CONF_BOOL, .offset = AT(redact),
		.initial = "yes",
		.help = "hide local parts in failure reports (RFC 6590)" },
	{ .key = "schema", .type = CONF_PATH, .offset = AT(schema),
		.initial = MAILVET_DATADIR "/aggregate-report.rng",
		.help = "RELAX NG schema that each report must satisfy" },
	{ .key = NULL },
};

const struct conf_section report_section = {
	.name = "report",
	.options = options,
	.size = sizeof(struct report_conf),
};

static int
complain(const struct load *load, const char *key, const char *what)
{
	conf_error(load->errors, conf_where(load->conf, "report", key), "%s",
		what);
	return ERR_CONFIG;
}

/* Goes into header fields and an SMTP command as it is. */
static bool
is_plain_address(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' ||
			strchr("<>()[]\\,;:\"", text.p[i]) != NULL)
			return false;
	return true;
}

/* Without from nothing is sent, but there is still a preview to show. */
static int
default_sender(const struct load *load, struct report_settings *s)
{
	struct strbuf sb = sb_new(load->arena);

	s->submitter = s->host;
	sb_addf(&sb, "postmaster@%.*s", STR_ARG(s->host));
	s->sender = sb_done(&sb);
	return s->sender.p != NULL ? 0 : ERR_NOMEM;
}

static int
take_from(const struct load *load, struct report_settings *s)
{
	struct mailbox box;
	int err;

	if (s->conf.from == NULL)
		return default_sender(load, s);
	s->sender = str_of(s->conf.from);
	box = address_split(s->sender);
	if (box.local.n == 0 || box.domain.n == 0 ||
		str_index(box.local, '@') < box.local.n ||
		!is_plain_address(s->sender))
		return complain(load, "from", "from is not a mail address");
	err = name_normalise(load->arena, box.domain, &s->submitter);
	if (err == ERR_SYNTAX)
		return complain(load, "from", "from has no valid domain");
	return err;
}

/* What a report says of us: one line of text. */
static int
take_texts(const struct load *load, struct report_settings *s)
{
	struct str texts[] = { str_of(s->conf.organization),
		str_of(s->conf.contact) };
	const char *keys[] = { "organization", "contact" };

	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < texts[i].n; j++)
			if ((unsigned char)texts[i].p[j] < ' ')
				return complain(load, keys[i],
					"control characters in a text");
	s->organization = texts[0].n > 0 ? texts[0] : s->submitter;
	return 0;
}

/* "host", "host:port", "[::1]:port" */
static int
take_submit(const struct load *load, struct report_settings *s)
{
	struct str rest = str_of(s->conf.submit), host, port;
	unsigned long number = PORT_SMTP;
	bool closed = true;

	if (rest.n > 0 && rest.p[0] == '[') {
		rest = str_from(rest, 1);
		host = str_cut(&rest, ']');
		closed = rest.p != NULL &&
			(rest.n == 0 || rest.p[0] == ':');
		port = str_from(rest, 1);
	} else {
		host = str_cut(&rest, ':');
		port = rest;
	}
	if (host.n == 0 || !closed || (port.n > 0 &&
		(!str_to_ulong(port, PORT_MAX, &number) || number == 0)))
		return complain(load, "submit",
			"submit is not HOST or HOST:PORT");
	host = arena_copy(load->arena, host);
	s->submit_host = host.p;
	s->submit_port = (unsigned)number;
	return host.p != NULL ? 0 : ERR_NOMEM;
}

static int
take_host(const struct load *load, struct report_settings *s)
{
	char name[HOST_NAME_MAX + 1] = "localhost";
	const char *host = s->conf.host;
	int err;

	if (host == NULL && gethostname(name, sizeof(name)) == 0)
		host = name;
	err = name_normalise(load->arena, str_of(host), &s->host);
	if (err == ERR_SYNTAX)
		return complain(load, "host", "host is not a host name");
	return err;
}

static int
take_database(const struct load *load, const struct report_settings *s)
{
	struct str database = str_of(s->conf.database);
	bool server = str_istarts(database, STR("postgresql://"));

#ifndef WITH_POSTGRES
	if (server)
		return complain(load, "database",
			"this mailvet was built without PostgreSQL");
#endif
	if (!server && (database.n == 0 || database.p[0] != '/'))
		return complain(load, "database",
			"database is neither an absolute path nor "
			"postgresql://...");
	return 0;
}

int
report_load(const struct load *load, const void **settings)
{
	const struct report_conf *conf = conf_get(load->conf, "report");
	struct report_settings *s = arena_alloc(load->arena, sizeof(*s));
	int err;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *conf;
	err = take_host(load, s);
	if (err == 0)
		err = take_from(load, s);
	if (err == 0)
		err = take_texts(load, s);
	if (err == 0)
		err = take_submit(load, s);
	if (err == 0)
		err = take_database(load, s);
	*settings = s;
	return err;
}
