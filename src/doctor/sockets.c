#include "doctor/doctor.h"

#include "doctor/probe.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { PATIENCE = 5000 /* ms; the first connection starts the milter */ };

/* NULL: the socket is as it should be. */
static const char *
what_is_wrong(struct doctor *doctor, const char *path)
{
	struct stat st;
	gid_t group;

	if (lstat(path, &st) < 0)
		return "is not there";
	if (!S_ISSOCK(st.st_mode))
		return "is no socket";
	if ((st.st_mode & S_IRWXO) != 0)
		return "is open to all users";
	if ((st.st_mode & 0660) != 0660)
		return "is closed to its group";
	if (!host_group(doctor->host, "mailvet-mta", &group))
		return "has nobody to belong to: no group mailvet-mta";
	if (st.st_gid != group)
		return "does not belong to the group mailvet-mta";
	return NULL;
}

static void
check_socket(struct doctor *doctor, const char *milter)
{
	const char *name = doctor_text(doctor, MAILVET_RUNDIR "/%s.sock",
		milter);
	const char *path = host_path(doctor->host, name);
	const char *mend = doctor_text(doctor,
		"systemctl restart mailvet-%s.socket", milter);
	const char *wrong = what_is_wrong(doctor, path);
	int err;

	if (wrong != NULL) {
		doctor_fail(doctor, mend, "%s %s", name, wrong);
		return;
	}
	err = probe_milter(path, PATIENCE);
	mend = doctor_text(doctor, "journalctl -u mailvet-%s", milter);
	if (err == ERR_IO)
		doctor_fail(doctor, mend, "%s does not answer: %s", name,
			strerror(errno));
	else if (err < 0)
		doctor_fail(doctor, mend, "%s: what answers is no milter",
			name);
	else
		doctor_ok(doctor, "%s answers", name);
}

void
doctor_sockets(struct doctor *doctor)
{
	for (const char *const *m = doctor->milters; *m != NULL; m++)
		check_socket(doctor, *m);
}
