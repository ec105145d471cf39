#include "setup/setup.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/mode.h"

static const char *const all[] = { "spf", "dkim", "dmarc", "inbound", "sign",
	NULL };

static const char *
unit(const struct setup *setup, const char *name, const char *kind)
{
	struct strbuf sb = sb_new(setup->host->arena);

	sb_addf(&sb, "mailvet-%s.%s", name, kind);
	return sb_done(&sb).p;
}

static bool
is_installed(const struct setup *setup, const char *name)
{
	struct strbuf sb = sb_new(setup->host->arena);

	sb_addf(&sb, SETUP_UNITS "/%s", name);
	return !sb.failed && file_exists(host_path(setup->host,
					     sb_done(&sb).p));
}

static void
enable(struct setup *setup, const char *name)
{
	const char *const argv[] = { "systemctl", "enable", "--now", name,
		NULL };

	if (!is_installed(setup, name))
		change_fail(&setup->changes, name, "is not installed");
	else if (!host_unit(setup->host, "is-enabled", name) ||
		!host_unit(setup->host, "is-active", name))
		change_run(&setup->changes, argv);
}

static void
disable(struct setup *setup, const char *name)
{
	const char *const argv[] = { "systemctl", "disable", "--now", name,
		NULL };

	if (is_installed(setup, name) &&
		(host_unit(setup->host, "is-enabled", name) ||
			host_unit(setup->host, "is-active", name)))
		change_run(&setup->changes, argv);
}

/* Milters that already run take the new configuration. */
static void
reload(struct setup *setup, const char *name)
{
	const char *const argv[] = { "systemctl", "reload-or-restart", name,
		NULL };

	if (host_unit(setup->host, "is-active", name))
		change_run(&setup->changes, argv);
}

static bool
belongs(const char *name, const char *const *milters)
{
	for (; *milters != NULL; milters++)
		if (strcmp(*milters, name) == 0)
			return true;
	return false;
}

void
setup_units(struct setup *setup)
{
	const char *const *milters = mode_milters(setup->inbound);
	bool changed = setup->changes.count > 0;

	for (size_t i = 0; all[i] != NULL; i++) {
		const char *socket = unit(setup, all[i], "socket");
		const char *service = unit(setup, all[i], "service");

		if (!belongs(all[i], milters)) {
			disable(setup, socket);
			disable(setup, service);
			continue;
		}
		if (changed)
			reload(setup, service);
		enable(setup, socket);
		enable(setup, service);
	}
	enable(setup, "mailvet.target");
	if (is_installed(setup, "mailvet-report.timer"))
		enable(setup, "mailvet-report.timer");
}

void
setup_units_undo(struct setup *setup)
{
	disable(setup, "mailvet-report.timer");
	for (size_t i = 0; all[i] != NULL; i++) {
		disable(setup, unit(setup, all[i], "socket"));
		disable(setup, unit(setup, all[i], "service"));
	}
	disable(setup, "mailvet.target");
}
