#include "doctor/doctor.h"

#include "keys/published.h"
#include "keys/resolver.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define SIGNER "mailvet-sign"

/* NULL: the signer can read it, and nobody else but root. */
static const char *
what_is_wrong(struct doctor *doctor, const struct stat *st)
{
	uid_t user;
	gid_t group;

	if ((st->st_mode & S_IRWXO) != 0)
		return "is open to all users";
	if ((st->st_mode & S_IWGRP) != 0)
		return "can be written by its group";
	if (!host_user(doctor->host, SIGNER, &user) ||
		!host_group(doctor->host, SIGNER, &group))
		return "is for nobody: there is no user " SIGNER;
	if (st->st_uid == user && (st->st_mode & S_IRUSR) != 0)
		return NULL;
	if (st->st_gid == group && (st->st_mode & S_IRGRP) != 0)
		return NULL;
	return "cannot be read by the signer";
}

static void
check_file(struct doctor *doctor, const char *path)
{
	const char *mend = doctor_text(doctor,
		"chown " SIGNER ":" SIGNER " %s && chmod 600 %s", path, path);
	const char *wrong;
	struct stat st;

	if (stat(path, &st) < 0)
		wrong = doctor_text(doctor, "cannot be found: %s",
			strerror(errno));
	else
		wrong = what_is_wrong(doctor, &st);
	if (wrong == NULL)
		doctor_ok(doctor, "%s: owner and mode are right", path);
	else
		doctor_fail(doctor, mend, "%s %s", path, wrong);
}

/* Does the record in the DNS fit the private key? */
static void
check_record(struct doctor *doctor, struct dns_scope *scope,
	const struct keyset_item *item)
{
	struct arena *arena = doctor->host->arena;
	struct str name = keyset_name(arena, item->selector, item->domain);
	struct published published;
	const char *mend = doctor_text(doctor, "mailvet dns %.*s",
		STR_ARG(item->domain));

	if (name.p == NULL ||
		published_judge(arena, item->key,
			dns_lookup(scope, name, DNS_TXT), &published) < 0)
		doctor_fail(doctor, NULL, "%.*s: the record cannot be judged",
			STR_ARG(name));
	else if (published.state == PUBLISHED_OK)
		doctor_ok(doctor, "%.*s is in the DNS", STR_ARG(name));
	else
		doctor_fail(doctor, mend, "%.*s: %s. %.*s", STR_ARG(name),
			published_text(published.state),
			STR_ARG(published.why));
}

static void
check_errors(struct doctor *doctor)
{
	const struct conf_errors *errors = &doctor->keys.errors;

	for (size_t i = 0; i < errors->count; i++)
		doctor_fail(doctor, "mailvet key list", "%s",
			errors->texts[i]);
}

void
doctor_keys(struct doctor *doctor)
{
	struct dns_scope scope = { .arena = doctor->host->arena,
		.budget = doctor->common->deadline,
		.dns = doctor_dns_open(doctor) };
	unsigned used = 0;

	check_errors(doctor);
	if (scope.dns != NULL &&
		keyset_ask(&doctor->keys, STR(""), &scope) < 0)
		doctor_fail(doctor, NULL, "%s", err_text(ERR_NOMEM));
	for (size_t i = 0; i < doctor->keys.count; i++) {
		const struct keyset_item *item = &doctor->keys.items[i];

		if (!item->used || item->key == NULL)
			continue;
		used++;
		check_file(doctor, item->path);
		if (scope.dns != NULL && !str_eq(item->domain, STR("*")))
			check_record(doctor, &scope, item);
	}
	if (used == 0 && doctor->keys.errors.count == 0)
		doctor_fail(doctor, "mailvet setup",
			"no key is used: mail is not signed");
}
