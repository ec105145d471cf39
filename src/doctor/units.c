#include "doctor/doctor.h"

#include "host/run.h"

/* A unit that should be enabled and active. */
static bool
should_run(struct doctor *doctor, const char *unit)
{
	const char *mend = doctor_text(doctor, "systemctl enable --now %s",
		unit);

	if (!host_unit(doctor->host, "is-enabled", unit)) {
		doctor_fail(doctor, mend, "%s is not enabled", unit);
		return false;
	}
	if (!host_unit(doctor->host, "is-active", unit)) {
		doctor_fail(doctor, mend, "%s is not active", unit);
		return false;
	}
	return true;
}

/* Failed for good, or between two attempts. */
static bool
is_failing(struct doctor *doctor, const char *service)
{
	const char *const argv[] = { "systemctl", "show",
		"--property=SubState", "--value", service, NULL };
	struct run_result result;

	if (host_unit(doctor->host, "is-failed", service))
		return true;
	return run(doctor->host->arena, argv, STR(""), &result) == 0 &&
		str_eq(str_trim(result.out), STR("auto-restart"));
}

static void
check_milter(struct doctor *doctor, const char *milter)
{
	const char *socket = doctor_text(doctor, "mailvet-%s.socket", milter);
	const char *service = doctor_text(doctor, "mailvet-%s.service",
		milter);

	if (!should_run(doctor, socket))
		return;
	if (is_failing(doctor, service))
		doctor_fail(doctor,
			doctor_text(doctor, "journalctl -u %s", service),
			"%s fails again and again", service);
	else
		doctor_ok(doctor, "%s is active", socket);
}

static void
check_mta(struct doctor *doctor)
{
	const char *unit = doctor_text(doctor, "%s.service",
		mta_name(doctor->mta));

	if (doctor->mta != MTA_SENDMAIL && doctor->mta != MTA_POSTFIX)
		doctor_warn(doctor, NULL, "there is no mail server here");
	else if (!host_unit(doctor->host, "is-active", unit))
		doctor_fail(doctor,
			doctor_text(doctor, "systemctl enable --now %s", unit),
			"%s is not active", unit);
	else
		doctor_ok(doctor, "%s is active", unit);
}

void
doctor_units(struct doctor *doctor)
{
	for (const char *const *m = doctor->milters; *m != NULL; m++)
		check_milter(doctor, *m);
	check_mta(doctor);
}
