#include "setup/setup.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/mode.h"
#include "host/run.h"
#include "host/sendmail_cf.h"
#include "host/sendmail_mc.h"

#include <fcntl.h>
#include <sys/stat.h>

#define MC "/etc/mail/sendmail.mc"
#define CF "/etc/mail/sendmail.cf"
#define M4 "/usr/share/mailvet/sendmail/mailvet.m4"

/*
 * FEATURE where sendmail's cf tree, the one that the .mc names, has mailvet's
 * file; include where it lacks it.
 */
static struct str
wanted_line(const struct setup *setup, struct str mc)
{
	const char *mode = setup->inbound ? "inbound" : "chain";
	struct strbuf feature = sb_new(setup->host->arena);
	struct strbuf line = sb_new(setup->host->arena);

	sb_add(&feature, mc_cf_directory(mc));
	sb_addz(&feature, "/feature/mailvet.m4");
	if (!feature.failed &&
		file_exists(host_path(setup->host, sb_done(&feature).p)))
		sb_addf(&line, "FEATURE(`mailvet', `%s')dnl", mode);
	else
		sb_addf(&line, "define(`MAILVET_MODE', `%s')"
			       "include(`" M4 "')dnl", mode);
	return sb_done(&line);
}

static bool
read_cf(const struct setup *setup, struct cf *ret)
{
	struct arena *arena = setup->host->arena;
	struct str text;

	return file_read(arena, host_path(setup->host, CF), &text) == 0 &&
		cf_parse(arena, text, ret) == 0;
}

static bool
cf_is_right(const struct setup *setup)
{
	struct cf cf;

	return read_cf(setup, &cf) &&
		cf_uses(&cf, mode_milters(setup->inbound));
}

/* Made, but not read yet: an earlier run was interrupted here. */
static bool
cf_is_unread(const struct setup *setup)
{
	struct str pid_file;
	struct cf cf;

	if (!read_cf(setup, &cf))
		return false;
	pid_file = arena_copy(setup->host->arena, cf.pid_file);
	return pid_file.p != NULL &&
		host_is_older(setup->host, pid_file.p, CF);
}

/* The .cf out of the .mc, as m4 makes it, where nobody's Makefile does. */
static void
rebuild_by_m4(struct setup *setup)
{
	const char *const argv[] = { "m4", host_path(setup->host, MC), NULL };
	struct run_result result;

	if (setup->changes.failed != NULL)
		return;
	if (run(setup->host->arena, argv, STR(""), &result) < 0 ||
		result.status != 0)
		change_fail(&setup->changes, "m4 " MC, "failed");
	else
		change_file_with_backup(&setup->changes, CF, result.out, 0644);
}

static void
rebuild(struct setup *setup)
{
	const char *directory = host_path(setup->host, "/etc/mail");
	const char *const argv[] = { "make", "-s", "-C", directory, NULL };

	/* make looks at the time: a .cf that somebody changed is newer. */
	if (!setup->changes.dry_run)
		(void)utimensat(AT_FDCWD, host_path(setup->host, MC), NULL, 0);
	if (file_exists(host_path(setup->host, "/etc/mail/Makefile")))
		change_run(&setup->changes, argv);
	else if (!setup->changes.dry_run)
		rebuild_by_m4(setup);
}

static void
restart(struct setup *setup)
{
	const char *const argv[] = { "systemctl", "restart", "sendmail.service",
		NULL };

	if (host_unit(setup->host, "is-active", "sendmail.service"))
		change_run(&setup->changes, argv);
}

/* The text of sendmail.mc; noted as failed when there is none. */
static bool
read_mc(struct setup *setup, struct str *ret)
{
	if (file_read(setup->host->arena, host_path(setup->host, MC), ret) ==
		0)
		return true;
	change_fail(&setup->changes, MC, "cannot be read");
	return false;
}

void
setup_sendmail(struct setup *setup)
{
	unsigned before = setup->changes.count;
	struct str mc;

	if (setup->changes.failed != NULL || !read_mc(setup, &mc))
		return;
	change_file_with_backup(&setup->changes, MC,
		mc_insert(setup->host->arena, mc, wanted_line(setup, mc)),
		0644);
	if (setup->changes.count == before && cf_is_right(setup)) {
		if (cf_is_unread(setup))
			restart(setup);
		return;
	}
	rebuild(setup);
	if (setup->changes.failed == NULL && !setup->changes.dry_run &&
		!cf_is_right(setup))
		change_fail(&setup->changes, CF,
			"does not pass all mail through the milters; "
			"\"mailvet doctor\" says more");
	restart(setup);
}

void
setup_sendmail_undo(struct setup *setup)
{
	struct str mc;

	if (!read_mc(setup, &mc) || !mc_uses_mailvet(mc, NULL))
		return;
	change_file(&setup->changes, MC, mc_remove(setup->host->arena, mc),
		0644);
	rebuild(setup);
	restart(setup);
}
