#include "admin/doctor.h"

#include "admin/file.h"
#include "admin/setup.h"

#include <stdlib.h>

#define CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

static const struct common *
load(struct arena *arena, const char *path, const char *zone)
{
	static const struct conf_section *const sections[] = { &common_section,
		NULL };
	const struct conf_setting settings[] = {
		{ "common", zone != NULL ? "zone" : NULL, zone, "--zone" },
		{ .key = NULL },
	};
	const struct conf_source source = { path, conf_all_sections, settings };
	struct conf_errors errors = { .arena = arena };
	struct conf *conf;

	if (conf_load(arena, &source, sections, &errors, &conf) < 0)
		return NULL;
	return conf_get(conf, "common");
}

const struct common *
doctor_common(const struct doctor *doctor)
{
	struct arena *arena = doctor->host->arena;
	const char *path = host_path(doctor->host, CONF);
	char *zone = doctor->zone != NULL ? realpath(doctor->zone, NULL) : NULL;
	const char *kept = zone != NULL ? arena_strdup(arena, zone) : NULL;
	const struct common *common = NULL;

	if (path != NULL && file_exists(path))
		common = load(arena, path, kept);
	if (common == NULL)
		common = load(arena, NULL, kept);
	free(zone);
	return common;
}

const struct str *
doctor_domains(const struct doctor *doctor, size_t *count)
{
	struct host host = *doctor->host;
	struct setup setup = { .host = &host };

	setup_recall(&setup);
	*count = setup.domain_count;
	return setup.domains;
}
