#include "admin/doctor.h"

#include "admin/file.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#define SPOOL "/var/spool/mailvet/dmarc"
#define TMPFILES "systemd-tmpfiles --create mailvet.conf"

enum { STALE = 3 * 3600 /* s; the timer fires each hour */ };

/* Are there closed hours that nobody has read? */
static unsigned
stale_hours(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	unsigned count = 0;
	struct stat st;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (str_iends(str_of(entry->d_name), STR(".jsonl")) &&
			fstatat(dirfd(directory), entry->d_name, &st, 0) ==
				0 &&
			st.st_mtime < time(NULL) - STALE)
			count++;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static void
check_spool(struct doctor *doctor, const char *path)
{
	struct stat st;
	gid_t group;

	if (stat(path, &st) < 0)
		doctor_fail(doctor, TMPFILES, SPOOL " is not there");
	else if ((st.st_mode & S_IRWXO) != 0)
		doctor_fail(doctor, TMPFILES, SPOOL " is open to all users");
	else if ((st.st_mode & S_ISGID) == 0 ||
		!host_group(doctor->host, "mailvet-report", &group) ||
		st.st_gid != group)
		doctor_fail(doctor, TMPFILES,
			"what is written to " SPOOL
			" does not belong to the group mailvet-report");
	else
		doctor_ok(doctor, SPOOL ": owner and mode are right");
}

static void
check_timer(struct doctor *doctor, const char *path)
{
	unsigned stale = stale_hours(path);

	if (!host_unit(doctor->host, "is-active", "mailvet-report.timer"))
		doctor_fail(doctor,
			"systemctl enable --now mailvet-report.timer",
			"mailvet-report.timer is not active: no reports are "
			"sent");
	else if (host_unit(doctor->host, "is-failed",
			 "mailvet-report.service"))
		doctor_fail(doctor, "journalctl -u mailvet-report",
			"the last run of mailvet-report failed");
	else if (stale > 0)
		doctor_fail(doctor, "systemctl start mailvet-report.service",
			"%u hours of the journal have not been read", stale);
	else
		doctor_ok(doctor, "mailvet-report.timer is active");
}

void
doctor_journal(struct doctor *doctor)
{
	const char *path = host_path(doctor->host, SPOOL);

	check_spool(doctor, path);
	check_timer(doctor, path);
}
