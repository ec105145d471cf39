#include "doctor/doctor.h"

#include "host/file.h"
#include "host/run.h"

#include <stdio.h>
#include <stdlib.h>

#define CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

/* Each program judges by itself: -t is what it does before it starts. */
static void
check_program(struct doctor *doctor, const char *milter)
{
	const char *conf = host_path(doctor->host, CONF);
	const char *program = doctor_text(doctor,
		"%s" MAILVET_LIBEXECDIR "/mailvet/mailvet-%s",
		doctor->host->root, milter);
	const char *const argv[] = { program, "-t", "-c", conf, NULL };
	const char *mend = doctor_text(doctor, "dnf install mailvet-%s",
		milter);
	struct run_result result;
	struct str rest;

	if (!file_exists(program)) {
		doctor_fail(doctor, mend, "mailvet-%s is not installed",
			milter);
		return;
	}
	if (run(doctor->host->arena, argv, STR(""), &result) < 0) {
		doctor_fail(doctor, NULL, "%s cannot be run", program);
		return;
	}
	if (result.status == 0) {
		doctor_ok(doctor, "mailvet-%s accepts the configuration",
			milter);
		return;
	}
	/* A line for each complaint. */
	rest = str_trim(result.err);
	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		doctor_fail(doctor, "correct the line; see mailvet.conf(5)",
			"mailvet-%s: %.*s", milter, STR_ARG(line));
	}
}

void
doctor_config(struct doctor *doctor)
{
	if (!file_exists(host_path(doctor->host, CONF))) {
		doctor_fail(doctor, "mailvet setup", CONF " is not there");
		return;
	}
	for (const char *const *m = doctor->milters; *m != NULL; m++)
		check_program(doctor, *m);
}
