#include "setup/setup.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/mode.h"
#include "host/run.h"
#include "host/sendmail_cf.h"
#include "host/sendmail_mc.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool
cf_is_without(const struct setup *setup)
{
	struct cf cf;
	bool found = !read_cf(setup, &cf);

	for (size_t i = 0; !found && i < cf.filter_count; i++)
		found = str_istarts(cf.filters[i].name, STR("mailvet-"));
	return !found;
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

/* True: the file has that text (again). */
static bool
restore(struct setup *setup, const char *path, struct str text)
{
	struct arena *arena = setup->host->arena;
	const char *there = host_path(setup->host, path);
	struct str now;

	if (text.p == NULL)
		return true;
	if (file_read(arena, there, &now) == 0 && str_eq(now, text))
		return true;
	return file_write(arena, there, text, 0644) == 0;
}

/*
 * Make the .cf out of the .mc that was changed, which is to be as is_done wants
 * it; if that cannot be, leave sendmail what it had, for its next start.
 */
static void
take_effect(struct setup *setup, struct str old_mc,
	bool (*is_done)(const struct setup *))
{
	struct str old_cf = { NULL, 0 };

	if (setup->changes.failed != NULL)
		return;
	if (file_read(setup->host->arena, host_path(setup->host, CF),
		    &old_cf) < 0)
		old_cf.p = NULL;
	rebuild(setup);
	if (setup->changes.dry_run)
		return;
	if (setup->changes.failed == NULL && !is_done(setup))
		change_fail(&setup->changes, CF,
			"made of " MC ", has not the filters that it should "
			"have");
	if (setup->changes.failed == NULL)
		return;
	/* The .cf last: make takes the newer for made. */
	if (restore(setup, MC, old_mc) && restore(setup, CF, old_cf))
		printf(MC " and " CF " are as they were.\n");
	else
		fprintf(stderr, "mailvet: " MC " and " CF
				": cannot be put back\n");
}

/* Kept by an earlier setup, and given back since: a new one is to be kept. */
static void
forget_backup(const struct setup *setup, const char *path)
{
	const char *there = host_path(setup->host, path);

	if (there != NULL && !setup->changes.dry_run)
		(void)unlink(there);
}

void
setup_sendmail(struct setup *setup)
{
	unsigned before = setup->changes.count;
	struct str mc;

	if (setup->changes.failed != NULL || !read_mc(setup, &mc))
		return;
	if (!mc_uses_mailvet(mc, NULL)) {
		forget_backup(setup, MC CHANGE_BACKUP);
		forget_backup(setup, CF CHANGE_BACKUP);
	}
	change_file_with_backup(&setup->changes, MC,
		mc_insert(setup->host->arena, mc, wanted_line(setup, mc)),
		0644);
	if (setup->changes.count > before || !cf_is_right(setup))
		take_effect(setup, mc, cf_is_right);
	else if (!cf_is_unread(setup))
		return;
	restart(setup);
}

/* Also after an undo that was interrupted: the sockets go next. */
void
setup_sendmail_undo(struct setup *setup)
{
	struct str mc;

	if (!read_mc(setup, &mc))
		return;
	if (mc_uses_mailvet(mc, NULL))
		change_file(&setup->changes, MC,
			mc_remove(setup->host->arena, mc), 0644);
	if (mc_uses_mailvet(mc, NULL) || !cf_is_without(setup))
		take_effect(setup, mc, cf_is_without);
	else if (!cf_is_unread(setup))
		return;
	restart(setup);
}
