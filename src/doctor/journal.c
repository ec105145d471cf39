#include "doctor/doctor.h"

#include <sys/stat.h>
#include <time.h>

#define SPOOL "/var/spool/mailvet/dmarc"
#define DATABASE "/var/lib/mailvet/report.db"
#define TMPFILES "systemd-tmpfiles --create mailvet.conf"

enum { IDLE_MAX = 3 /* hours; the timer fires each hour */ };

/*
 * Hours since the reporter last wrote to its database, which it does at each
 * run; 0 where there is none of SQLite's.
 */
static long
idle_hours(const struct doctor *doctor)
{
	static const char *const files[] = { DATABASE, DATABASE "-wal" };
	struct stat st;
	time_t last = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (stat(host_path(doctor->host, files[i]), &st) == 0 &&
			st.st_mtime > last)
			last = st.st_mtime;
	return last > 0 ? (long)(time(NULL) - last) / 3600 : 0;
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
check_timer(struct doctor *doctor)
{
	long idle = idle_hours(doctor);

	if (!host_unit(doctor->host, "is-active", "mailvet-report.timer"))
		doctor_fail(doctor,
			"systemctl enable --now mailvet-report.timer",
			"mailvet-report.timer is not active: no reports are "
			"sent");
	else if (host_unit(doctor->host, "is-failed",
			 "mailvet-report.service"))
		doctor_fail(doctor, "journalctl -u mailvet-report",
			"the last run of mailvet-report failed");
	else if (idle >= IDLE_MAX)
		doctor_fail(doctor, "systemctl start mailvet-report.service",
			"the journal was not read for %ld hours", idle);
	else
		doctor_ok(doctor, "mailvet-report.timer is active");
}

void
doctor_journal(struct doctor *doctor)
{
	const char *path = host_path(doctor->host, SPOOL);

	check_spool(doctor, path);
	check_timer(doctor);
}
