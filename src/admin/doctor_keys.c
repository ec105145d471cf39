#include "admin/doctor.h"

#include "admin/run.h"
#include "admin/setup.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

/* NULL: the file is as it should be. */
static const char *
what_is_wrong(struct doctor *doctor, const struct stat *st)
{
	gid_t group;

	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if ((st->st_mode & S_IRWXO) != 0)
		return "is open to all users";
	if ((st->st_mode & S_IWGRP) != 0)
		return "can be written by its group";
	if (!host_group(doctor->host, "mailvet-sign", &group))
		return "is for nobody: there is no group mailvet-sign";
	if (st->st_gid != group || (st->st_mode & S_IRGRP) == 0)
		return st->st_uid == 0 ? "cannot be read by the signer" : NULL;
	return NULL;
}

static void
check_file(struct doctor *doctor, int directory, const char *name)
{
	const char *path = doctor_text(doctor, SETUP_KEYS "/%s", name);
	const char *wrong;
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	wrong = what_is_wrong(doctor, &st);
	if (wrong == NULL)
		doctor_ok(doctor, "%s: owner and mode are right", path);
	else
		doctor_fail(doctor,
			doctor_text(doctor,
				"chown root:mailvet-sign %s && chmod 640 %s",
				path, path),
			"%s %s", path, wrong);
}

static void
check_files(struct doctor *doctor)
{
	DIR *directory = opendir(host_path(doctor->host, SETUP_KEYS));
	struct dirent *entry;
	unsigned count = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (!str_iends(str_of(entry->d_name), STR(".pem")))
			continue;
		check_file(doctor, dirfd(directory), entry->d_name);
		count++;
	}
	if (directory != NULL)
		closedir(directory);
	if (count == 0)
		doctor_fail(doctor, "mailvet setup",
			"there is no key in " SETUP_KEYS);
}

/* Does the record in the DNS fit the private key? */
static void
check_record(struct doctor *doctor, const char *domain)
{
	const char *argv[] = { "mailvet", "key", "check", domain, NULL, NULL,
		NULL };
	struct run_result result;

	if (doctor->zone != NULL) {
		argv[4] = "--zone";
		argv[5] = doctor->zone;
	}
	if (run(doctor->host->arena, argv, STR(""), &result) < 0)
		doctor_warn(doctor, NULL, "mailvet cannot be run");
	else if (result.status == 0)
		doctor_ok(doctor, "the key of %s is in the DNS", domain);
	else
		doctor_fail(doctor, doctor_text(doctor, "mailvet dns %s",
					    domain),
			"the key of %s: %.*s", domain,
			STR_ARG(result.out.n > 0 ? result.out : result.err));
}

void
doctor_keys(struct doctor *doctor)
{
	const struct str *domains;
	size_t count;

	check_files(doctor);
	domains = doctor_domains(doctor, &count);
	for (size_t i = 0; i < count; i++)
		check_record(doctor, domains[i].p);
}
