#include "doctor/doctor.h"

#include "host/file.h"

#include <sys/stat.h>
#include <unistd.h>

struct mode_rule {
	const char *path;
	const char *group; /* NULL: any */
	mode_t most;	   /* bits that the mode may have */
	mode_t least;	   /* bits that it has to have */
	const char *mend;
};

/* The spool is doctor_journal's, the sockets are doctor_sockets'. */
static const struct mode_rule rules[] = {
	{ MAILVET_SYSCONFDIR "/mailvet", NULL, 0755, 0555,
		"chmod 755 " MAILVET_SYSCONFDIR "/mailvet" },
	{ MAILVET_SYSCONFDIR "/mailvet/mailvet.conf", NULL, 0644, 0444,
		"chmod 644 " MAILVET_SYSCONFDIR "/mailvet/mailvet.conf" },
	{ MAILVET_SYSCONFDIR "/mailvet/mailvet.conf.d", NULL, 0755, 0555,
		"chmod 755 " MAILVET_SYSCONFDIR "/mailvet/mailvet.conf.d" },
	{ MAILVET_SYSCONFDIR "/mailvet/keys", "mailvet-sign", 0750, 0550,
		"chgrp mailvet-sign " MAILVET_SYSCONFDIR "/mailvet/keys && "
		"chmod 750 " MAILVET_SYSCONFDIR "/mailvet/keys" },
	{ MAILVET_RUNDIR, NULL, 0755, 0555, "chmod 755 " MAILVET_RUNDIR },
	{ MAILVET_RUNDIR "/seal.key", "mailvet", 0640, 0440,
		"rm " MAILVET_RUNDIR "/seal.key && "
		"systemctl restart mailvet-seal-key mailvet.target" },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static void
check_rule(struct doctor *doctor, const struct mode_rule *rule)
{
	struct stat st;
	gid_t group = 0;

	if (stat(host_path(doctor->host, rule->path), &st) < 0)
		doctor_fail(doctor, "mailvet setup", "%s is not there",
			rule->path);
	else if ((st.st_mode & 0777 & ~rule->most) != 0)
		doctor_fail(doctor, rule->mend, "%s has mode %o, more than %o",
			rule->path, st.st_mode & 0777, rule->most);
	else if ((st.st_mode & rule->least) != rule->least)
		doctor_fail(doctor, rule->mend, "%s has mode %o, not %o",
			rule->path, st.st_mode & 0777, rule->most);
	else if (st.st_uid != 0)
		doctor_fail(doctor, rule->mend, "%s does not belong to root",
			rule->path);
	else if (rule->group != NULL &&
		(!host_group(doctor->host, rule->group, &group) ||
			st.st_gid != group))
		doctor_fail(doctor, rule->mend,
			"%s does not belong to the group %s", rule->path,
			rule->group);
	else
		doctor_ok(doctor, "%s: owner and mode are right", rule->path);
}

void
doctor_modes(struct doctor *doctor)
{
	for (unsigned i = 0; i < RULES; i++) {
		/* Whoever checks all in one process seals nothing. */
		if (doctor->inbound &&
			strcmp(rules[i].path, MAILVET_RUNDIR "/seal.key") == 0)
			continue;
		check_rule(doctor, &rules[i]);
	}
}
