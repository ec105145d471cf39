#include "doctor/doctor.h"

#include "host/postfix_conf.h"
#include "host/run.h"

/* In seconds, whatever the unit in main.cf: postconf tells as written. */
static long
seconds(struct str text)
{
	static const char units[] = "smhd";
	static const long each[] = { 1, 60, 3600, 86400 };
	unsigned long number;
	const char *unit;

	text = str_trim(text);
	if (text.n == 0)
		return -1;
	unit = strchr(units, text.p[text.n - 1]);
	if (unit != NULL)
		text = str_first(text, text.n - 1);
	if (!str_to_ulong(text, 10000000, &number))
		return -1;
	return (long)number * (unit != NULL ? each[unit - units] : 1);
}

/* What main.cf says of a parameter, or the default; empty: nothing. */
static struct str
value_of(struct doctor *doctor, const char *parameter)
{
	const char *argv[6];
	struct run_result result;

	postfix_command(doctor->host, "-h", parameter, argv);
	if (run(doctor->host->arena, argv, STR(""), &result) < 0)
		return STR("");
	return str_trim(result.out);
}

static void
check_wait(struct doctor *doctor, const char *parameter)
{
	long deadline = doctor->common->deadline / 1000, wait;

	wait = seconds(value_of(doctor, parameter));
	if (wait <= deadline)
		doctor_fail(doctor,
			doctor_text(doctor, "postconf -e %s=%ld", parameter,
				deadline + 10),
			"%s is %ld s, not longer than our deadline of %ld s",
			parameter, wait, deadline);
}

/* What how-tos of long ago set, and what passes all milters by. */
static void
check_main(struct doctor *doctor)
{
	struct str protocol = value_of(doctor, "milter_protocol");
	struct str overrides = value_of(doctor, "receive_override_options");
	unsigned long version;

	if (str_to_ulong(protocol, 100, &version) && version < 6)
		doctor_warn(doctor, "postconf -X milter_protocol",
			"milter_protocol is %lu, not 6: header fields come "
			"changed, and signatures with c=simple break",
			version);
	if (overrides.n > 0 &&
		memmem(overrides.p, overrides.n, "no_milters", 10) != NULL)
		doctor_fail(doctor, "postconf -X receive_override_options",
			"receive_override_options has no_milters: mail passes "
			"all milters by");
}

static void
check_group(struct doctor *doctor)
{
	if (host_is_member(doctor->host, "mailvet-mta", "postfix"))
		doctor_ok(doctor, "the user postfix may connect");
	else
		doctor_fail(doctor,
			"usermod -aG mailvet-mta postfix && "
			"systemctl restart postfix",
			"the user postfix is not in the group mailvet-mta");
}

/* As doctor_sendmail does of listeners with a list of their own. */
static void
check_overrides(struct doctor *doctor)
{
	struct postfix_setting *settings;
	size_t count;

	if (postfix_overrides(doctor->host, doctor->milters, &settings,
		    &count) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		doctor_warn(doctor, "give it our milters in master.cf, or no "
				    "smtpd_milters of its own",
			"%s is \"%.*s\": %s", settings[i].key,
			STR_ARG(settings[i].is), settings[i].why);
}

void
doctor_postfix(struct doctor *doctor)
{
	struct postfix_setting *settings;
	size_t count, before = doctor->count;

	if (postfix_settings(doctor->host, doctor->milters, &settings,
		    &count) < 0) {
		doctor_fail(doctor, NULL, "postconf cannot be run");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!str_eq(settings[i].is, settings[i].should))
			doctor_fail(doctor, "mailvet setup --mta postfix",
				"%s is \"%.*s\", not \"%.*s\": %s",
				settings[i].key, STR_ARG(settings[i].is),
				STR_ARG(settings[i].should), settings[i].why);
	check_main(doctor);
	check_wait(doctor, "milter_command_timeout");
	check_wait(doctor, "milter_content_timeout");
	if (doctor->count == before)
		doctor_ok(doctor, "Postfix has our milters, with time enough");
	check_overrides(doctor);
	check_group(doctor);
}
