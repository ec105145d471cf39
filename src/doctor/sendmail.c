#include "doctor/doctor.h"

#include "host/file.h"
#include "host/sendmail_cf.h"

#define CF "/etc/mail/sendmail.cf"
#define MC "/etc/mail/sendmail.mc"
#define REBUILD "make -C /etc/mail && systemctl restart sendmail"

/* What sendmail waits for when T= does not say: read, end (libmilter docs). */
enum { DEFAULT_READ = 10000, DEFAULT_END = 300000 };

static void
check_waits(struct doctor *doctor, const struct cf_filter *filter)
{
	long deadline = doctor->common->deadline;
	long read = filter->timeout[CF_READ], end = filter->timeout[CF_END];

	read = read >= 0 ? read : DEFAULT_READ;
	end = end >= 0 ? end : DEFAULT_END;
	if (read <= deadline || end <= deadline)
		doctor_fail(doctor, "mailvet setup",
			"%.*s: sendmail waits %ld s (R:) and %ld s (E:), not "
			"longer than our deadline of %ld s",
			STR_ARG(filter->name), read / 1000, end / 1000,
			deadline / 1000);
}

static void
check_filter(struct doctor *doctor, const struct cf *cf, const char *milter)
{
	const char *name = doctor_text(doctor, "mailvet-%s", milter);
	const char *socket = doctor_text(doctor,
		"unix:" MAILVET_RUNDIR "/%s.sock", milter);
	const struct cf_filter *filter = cf_find(cf, str_of(name));

	if (filter == NULL) {
		doctor_fail(doctor, "mailvet setup", CF " has no filter %s",
			name);
		return;
	}
	if (!str_eq(filter->socket, str_of(socket)))
		doctor_fail(doctor, "mailvet setup", "%s is at %.*s, not at %s",
			name, STR_ARG(filter->socket), socket);
	if (!str_eq(filter->flags, STR("T")))
		doctor_fail(doctor, "mailvet setup",
			"%s has not F=T: mail goes past it when it is down",
			name);
	check_waits(doctor, filter);
}

static void
check_lists(struct doctor *doctor, const struct cf *cf)
{
	if (!cf_in_order(cf->input_filters, doctor->milters))
		doctor_fail(doctor, "mailvet setup",
			"InputMailFilters has not all our filters in their "
			"order: %.*s", STR_ARG(cf->input_filters));
	else
		doctor_ok(doctor, "InputMailFilters: %.*s",
			STR_ARG(cf->input_filters));
	for (size_t i = 0; i < cf->daemon_count; i++) {
		const struct cf_daemon *d = &cf->daemons[i];

		if (d->has_filters && !cf_in_order(d->filters,
						doctor->milters))
			doctor_warn(doctor, "name our filters in the I= of its "
					    "DAEMON_OPTIONS",
				"the listener %.*s has filters of its own, "
				"without ours in their order: %.*s",
				STR_ARG(d->name), STR_ARG(d->filters));
	}
}

/*
 * sendmail.cf is made of sendmail.mc: is that done?  And sendmail reads it when
 * it starts, and writes its pid file then: has it?
 */
static void
check_age(struct doctor *doctor, const struct cf *cf)
{
	struct str pid_file = arena_copy(doctor->host->arena, cf->pid_file);

	if (host_is_older(doctor->host, CF, MC))
		doctor_warn(doctor, REBUILD, MC " is newer than " CF);
	if (pid_file.p != NULL &&
		host_is_older(doctor->host, pid_file.p, CF))
		doctor_fail(doctor, "systemctl restart sendmail",
			"sendmail was started before " CF " was made: it "
			"works with an older one");
}

void
doctor_sendmail(struct doctor *doctor)
{
	struct arena *arena = doctor->host->arena;
	size_t before = doctor->count;
	struct str text;
	struct cf cf;

	if (file_read(arena, host_path(doctor->host, CF), &text) < 0 ||
		cf_parse(arena, text, &cf) < 0) {
		doctor_fail(doctor, REBUILD, CF " cannot be read");
		return;
	}
	for (const char *const *m = doctor->milters; *m != NULL; m++)
		check_filter(doctor, &cf, *m);
	if (doctor->count == before)
		doctor_ok(doctor, CF " has our filters, with F=T and time "
				     "enough");
	check_lists(doctor, &cf);
	check_age(doctor, &cf);
}
