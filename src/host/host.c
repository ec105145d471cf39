#include "host/host.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/run.h"

#include <grp.h>
#include <libpsl.h>
#include <limits.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DOMAINS_MAX = 64 };

const char *
host_path(const struct host *host, const char *path)
{
	struct strbuf sb = sb_new(host->arena);

	sb_addz(&sb, host->root);
	sb_addz(&sb, path);
	return sb_done(&sb).p;
}

static bool
has_file(const struct host *host, const char *path)
{
	const char *there = host_path(host, path);

	return there != NULL && file_exists(there);
}

bool
host_is_older(const struct host *host, const char *path, const char *other)
{
	const char *a = host_path(host, path), *b = host_path(host, other);
	struct stat first, second;

	if (a == NULL || b == NULL || stat(a, &first) < 0 ||
		stat(b, &second) < 0)
		return false;
	if (first.st_mtim.tv_sec != second.st_mtim.tv_sec)
		return first.st_mtim.tv_sec < second.st_mtim.tv_sec;
	return first.st_mtim.tv_nsec < second.st_mtim.tv_nsec;
}

/* ---- the MTA --------------------------------------------------------- */

static const char *const mta_names[] = { [MTA_UNKNOWN] = "unknown",
	[MTA_NONE] = "none",
	[MTA_SENDMAIL] = "sendmail",
	[MTA_POSTFIX] = "postfix" };

const char *
mta_name(enum mta mta)
{
	return mta_names[mta];
}

bool
mta_parse(const char *name, enum mta *ret)
{
	for (enum mta mta = MTA_NONE; mta <= MTA_POSTFIX; mta++)
		if (strcmp(mta_names[mta], name) == 0) {
			*ret = mta;
			return true;
		}
	return false;
}

bool
host_unit(const struct host *host, const char *question, const char *unit)
{
	const char *const argv[] = { "systemctl", question, "--quiet", unit,
		NULL };
	struct run_result result;

	return run(host->arena, argv, STR(""), &result) == 0 &&
		result.status == 0;
}

/* Of two that are installed, the one that sendmail(8) belongs to. */
static enum mta
mta_of_command(const struct host *host)
{
	const char *path = host_path(host, "/usr/sbin/sendmail");
	char *real = path != NULL ? realpath(path, NULL) : NULL;
	bool postfix = real != NULL && strstr(real, "postfix") != NULL;

	free(real);
	return postfix ? MTA_POSTFIX : MTA_SENDMAIL;
}

enum mta
host_mta(const struct host *host)
{
	bool sendmail = has_file(host, "/etc/mail/sendmail.mc") ||
		has_file(host, "/etc/mail/sendmail.cf");
	bool postfix = has_file(host, "/etc/postfix/main.cf");

	if (!sendmail && !postfix)
		return MTA_NONE;
	if (!postfix)
		return MTA_SENDMAIL;
	if (!sendmail || host_unit(host, "is-active", "postfix.service"))
		return MTA_POSTFIX;
	if (host_unit(host, "is-active", "sendmail.service"))
		return MTA_SENDMAIL;
	return mta_of_command(host);
}

/* ---- its users ------------------------------------------------------- */

/* Look through the host's /etc/group, which the machine's own need not be. */
static bool
find_group(const struct host *host, const char *name, gid_t *gid,
	const char *member)
{
	const char *path = host_path(host, "/etc/group");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	struct group *group;
	bool found = false;

	while (file != NULL && !found && (group = fgetgrent(file)) != NULL) {
		if (strcmp(group->gr_name, name) != 0)
			continue;
		if (gid != NULL)
			*gid = group->gr_gid;
		found = member == NULL;
		for (char **m = group->gr_mem; !found && *m != NULL; m++)
			found = strcmp(*m, member) == 0;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

bool
host_user(const struct host *host, const char *name, uid_t *ret)
{
	const char *path = host_path(host, "/etc/passwd");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	struct passwd *user;
	bool found = false;

	while (file != NULL && !found && (user = fgetpwent(file)) != NULL) {
		found = strcmp(user->pw_name, name) == 0;
		if (found)
			*ret = user->pw_uid;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

bool
host_group(const struct host *host, const char *name, gid_t *ret)
{
	return find_group(host, name, ret, NULL);
}

bool
host_is_member(const struct host *host, const char *group, const char *user)
{
	return find_group(host, group, NULL, user);
}

/* ---- its names ------------------------------------------------------- */

/* What postconf says of a parameter; empty: nothing. */
static struct str
postconf(const struct host *host, const char *parameter)
{
	const char *directory = host_path(host, "/etc/postfix");
	const char *const argv[] = { "postconf", "-c", directory, "-x", "-h",
		parameter, NULL };
	struct run_result result;

	if (run(host->arena, argv, STR(""), &result) < 0 || result.status != 0)
		return STR("");
	return str_trim(result.out);
}

/* What sendmail.cf defines a macro as, if that is a plain name. */
static struct str
sendmail_macro(const struct host *host, struct str define)
{
	struct str text, line;

	if (file_read(host->arena, host_path(host, "/etc/mail/sendmail.cf"),
		    &text) < 0)
		return STR("");
	while (text.p != NULL) {
		line = str_cut(&text, '\n');
		if (line.n > define.n &&
			str_eq(str_first(line, define.n), define) &&
			str_index(line, '$') == line.n)
			return str_trim(str_from(line, define.n));
	}
	return STR("");
}

static struct str
system_name(const struct host *host)
{
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME };
	struct addrinfo *list = NULL;
	char name[HOST_NAME_MAX + 1];
	struct str found;

	if (gethostname(name, sizeof(name)) < 0)
		return STR("");
	found = arena_copy(host->arena, str_of(name));
	if (strchr(name, '.') == NULL &&
		getaddrinfo(name, NULL, &hints, &list) == 0 &&
		list->ai_canonname != NULL)
		found = arena_copy(host->arena, str_of(list->ai_canonname));
	if (list != NULL)
		freeaddrinfo(list);
	return found;
}

const char *
host_name(const struct host *host, enum mta mta)
{
	struct str name = STR("");

	if (mta == MTA_POSTFIX)
		name = postconf(host, "myhostname");
	else if (mta == MTA_SENDMAIL)
		name = sendmail_macro(host, STR("Dj"));
	if (str_index(name, '.') == name.n)
		name = system_name(host);
	if (name.n == 0 || str_index(name, '.') == name.n)
		return NULL;
	return arena_copy(host->arena, name).p;
}

struct found {
	struct arena *arena;
	struct str *list; /* DOMAINS_MAX */
	size_t count;
};

/* A domain that mail may be of: has a dot, is new, is not this host alone. */
static void
add_domain(struct found *found, struct str domain)
{
	domain = str_trim(domain);
	if (domain.n == 0 || str_index(domain, '.') == domain.n ||
		str_index(domain, '$') < domain.n ||
		str_istarts(domain, STR("localhost")) ||
		found->count == DOMAINS_MAX)
		return;
	for (size_t i = 0; i < found->count; i++)
		if (str_ieq(found->list[i], domain))
			return;
	found->list[found->count++] = arena_copy(found->arena, domain);
}

static void
add_lines(struct found *found, const char *path)
{
	struct str text;

	if (path == NULL || file_read(found->arena, path, &text) < 0)
		return;
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		add_domain(found, str_cut(&line, '#'));
	}
}

/* mail.example.co.uk: example.co.uk */
static void
add_registered(struct found *found, const char *name)
{
	psl_ctx_t *psl = psl_latest(NULL);
	const char *domain = psl != NULL
		? psl_registrable_domain(psl, name)
		: NULL;

	if (domain != NULL)
		add_domain(found, str_of(domain));
	psl_free(psl);
}

struct str *
host_domains(const struct host *host, enum mta mta, const char *name,
	size_t *count)
{
	struct found found = { .arena = host->arena };

	*count = 0;
	found.list = arena_array(host->arena, DOMAINS_MAX, sizeof(struct str));
	if (found.list == NULL)
		return NULL;
	if (mta == MTA_SENDMAIL) {
		add_domain(&found, sendmail_macro(host, STR("DM")));
		add_lines(&found,
			host_path(host, "/etc/mail/local-host-names"));
	} else if (mta == MTA_POSTFIX) {
		struct str origin = postconf(host, "myorigin");

		/* By default the name of the host, of which nobody is. */
		if (!str_ieq(origin, str_of(name)))
			add_domain(&found, origin);
		add_domain(&found, postconf(host, "mydomain"));
	}
	if (found.count == 0 && name != NULL)
		add_registered(&found, name);
	if (found.count == 0 && name != NULL)
		add_domain(&found, str_of(name));
	*count = found.count;
	return found.list;
}
