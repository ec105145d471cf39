#include "doctor/doctor.h"

#include "host/run.h"
#include "os/labels.h"

#include <stdlib.h>

/* The policy's domain of each MTA's processes that connect. */
static const char *const sendmail_domains[] = { "sendmail_t", NULL };
static const char *const postfix_domains[] = { "postfix_smtpd_t",
	"postfix_cleanup_t", NULL };

static const char *const files[] = { MAILVET_SYSCONFDIR "/mailvet",
	MAILVET_SYSCONFDIR "/mailvet/mailvet.conf",
	MAILVET_SYSCONFDIR "/mailvet/mailvet.conf.d/00-setup.conf",
	MAILVET_SYSCONFDIR "/mailvet/keys", MAILVET_RUNDIR,
	MAILVET_RUNDIR "/seal.key", "/var/spool/mailvet/dmarc",
	"/var/lib/mailvet", MAILVET_LIBEXECDIR "/mailvet/mailvet-report" };

enum { FILES = sizeof(files) / sizeof(files[0]) };

/* name: as the policy knows path.  True: right, or there is no file. */
static bool
check_path(struct doctor *doctor, const char *path, const char *name)
{
	char *is, *should;
	enum labels_verdict verdict = labels_compare(path, name, &is, &should);

	if (verdict == LABELS_WRONG)
		doctor_fail(doctor, doctor_text(doctor, "restorecon -RFv %s",
					    name),
			"%s is labelled %s, not %s", name, is, should);
	else if (verdict == LABELS_NO_RULE)
		doctor_fail(doctor, "dnf reinstall mailvet-selinux",
			"the policy has no label for %s", name);
	free(is);
	free(should);
	return verdict == LABELS_RIGHT || verdict == LABELS_NO_FILE;
}

static bool
check_label(struct doctor *doctor, const char *name)
{
	return check_path(doctor, host_path(doctor->host, name), name);
}

static bool
check_keys(struct doctor *doctor)
{
	bool right = true;

	for (size_t i = 0; i < doctor->keys.count; i++) {
		const char *path = doctor->keys.items[i].path;

		right = check_path(doctor, path, path) && right;
	}
	return right;
}

static void
check_labels(struct doctor *doctor)
{
	bool right = check_keys(doctor);

	for (unsigned i = 0; i < FILES; i++)
		right = check_label(doctor, files[i]) && right;
	for (const char *const *m = doctor->milters; *m != NULL; m++) {
		right = check_label(doctor,
				doctor_text(doctor,
					MAILVET_RUNDIR "/%s.sock", *m)) &&
			right;
		right = check_label(doctor,
				doctor_text(doctor,
					MAILVET_LIBEXECDIR
					"/mailvet/mailvet-%s", *m)) &&
			right;
	}
	if (right)
		doctor_ok(doctor, "files, sockets and programs have the labels "
				  "of the policy");
}

static bool
check_module(struct doctor *doctor)
{
	if (labels_is_known("system_u:system_r:mailvet_sign_milter_t:s0")) {
		doctor_ok(doctor, "the module mailvet is loaded");
		return true;
	}
	doctor_fail(doctor, "dnf reinstall mailvet-selinux",
		"the module mailvet is not loaded");
	return false;
}

static void
check_access(struct doctor *doctor, const char *domain, const char *milter)
{
	const char *source = doctor_text(doctor, "system_u:system_r:%s:s0",
		domain);
	const char *target = doctor_text(doctor,
		"system_u:system_r:mailvet_%s_milter_t:s0", milter);
	const char *file = doctor_text(doctor,
		"system_u:object_r:mailvet_%s_milter_data_t:s0", milter);

	if (labels_may(source, target, "unix_stream_socket", "connectto") &&
		labels_may(source, file, "sock_file", "write"))
		doctor_ok(doctor, "%s may connect to mailvet-%s", domain,
			milter);
	else
		doctor_fail(doctor, "dnf reinstall mailvet-selinux",
			"%s may not connect to mailvet-%s", domain, milter);
}

static void
check_mta(struct doctor *doctor)
{
	const char *const *domains = doctor->mta == MTA_POSTFIX
		? postfix_domains
		: sendmail_domains;

	for (; *domains != NULL; domains++)
		for (const char *const *m = doctor->milters; *m != NULL; m++)
			check_access(doctor, *domains, *m);
}

/* How many lines of the log are about us. */
static unsigned
count_denials(struct str log)
{
	unsigned count = 0;

	while (log.p != NULL) {
		struct str line = str_cut(&log, '\n');

		if (memmem(line.p, line.n, "avc:", 4) != NULL &&
			memmem(line.p, line.n, "denied", 6) != NULL &&
			memmem(line.p, line.n, "mailvet_", 8) != NULL)
			count++;
	}
	return count;
}

static void
check_denials(struct doctor *doctor)
{
	/* Its standard input is a pipe: that it would search, not the log. */
	static const char *const audit[] = { "ausearch", "--input-logs", "-m",
		"avc", "-ts", "today", "--raw", NULL };
	static const char *const kernel[] = { "journalctl", "-q", "-k",
		"--since", "today", "--output", "cat", NULL };
	struct run_result result;
	unsigned count;

	/* Without auditd they are in the kernel's log. */
	if (!host_unit(doctor->host, "is-active", "auditd.service") ||
		run(doctor->host->arena, audit, STR(""), &result) < 0 ||
		result.status > 1) {
		if (run(doctor->host->arena, kernel, STR(""), &result) < 0)
			result.out = STR("");
	}
	count = count_denials(result.out);
	if (count > 0)
		doctor_fail(doctor, "ausearch -m avc -ts today | grep mailvet_",
			"%u denials today about mailvet; see docs/selinux.md",
			count);
	else
		doctor_ok(doctor, "no denials today about mailvet");
}

void
doctor_selinux(struct doctor *doctor)
{
	if (!labels_enabled()) {
		doctor_warn(doctor, NULL, "SELinux is off");
		return;
	}
	if (labels_enforcing())
		doctor_ok(doctor, "SELinux is enforcing");
	else
		doctor_warn(doctor, "setenforce 1", "SELinux is permissive");
	if (!check_module(doctor))
		return;
	check_labels(doctor);
	if (doctor->mta == MTA_SENDMAIL || doctor->mta == MTA_POSTFIX)
		check_mta(doctor);
	check_denials(doctor);
}
