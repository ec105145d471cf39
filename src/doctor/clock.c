#include "doctor/doctor.h"

#include "host/run.h"

/* A wrong clock makes signatures look expired, or made in the future. */
void
doctor_clock(struct doctor *doctor)
{
	static const char *const argv[] = { "timedatectl", "show",
		"--property=NTPSynchronized", "--value", NULL };
	struct run_result result;

	if (run(doctor->host->arena, argv, STR(""), &result) < 0 ||
		result.status != 0)
		doctor_warn(doctor, "timedatectl",
			"cannot tell whether the clock is right");
	else if (str_eq(str_trim(result.out), STR("yes")))
		doctor_ok(doctor, "the clock is synchronized");
	else
		doctor_warn(doctor, "systemctl enable --now chronyd",
			"the clock is not synchronized");
}
