#include "setup/setup.h"

#include "filter/common.h"
#include "host/file.h"
#include "sign/conf.h"

#include <stdio.h>

#define CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

/* Was it set by anybody but us? */
static bool
is_theirs(const struct conf *conf, const char *section, const char *key)
{
	const char *where = conf_where(conf, section, key);

	return strcmp(where, "default") != 0 &&
		strstr(where, SETUP_CONF) == NULL;
}

static void
complain(const struct conf_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		fprintf(stderr, "mailvet: %s\n", errors->texts[i]);
}

/* For their records. */
static void
take_domains(struct setup *setup, const struct sign_conf *sign)
{
	struct arena *arena = setup->host->arena;
	size_t n = sign->domain.count;

	setup->domains = arena_array(arena, n + 1, sizeof(struct str));
	for (size_t i = 0; setup->domains != NULL && i < n; i++) {
		setup->domains[i] = arena_copy(arena, sign->domain.items[i]);
		setup->domain_count = i + 1;
	}
}

int
setup_own(struct setup *setup)
{
	static const struct conf_section *const sections[] = { &common_section,
		&sign_section, NULL };
	struct conf_errors errors = { .arena = setup->host->arena };
	const struct conf_source source = {
		.path = host_path(setup->host, CONF),
		.foreign = conf_all_sections,
	};
	struct conf *conf;

	if (source.path == NULL || !file_exists(source.path))
		return 0;
	if (conf_load(setup->host->arena, &source, sections, &errors, &conf) <
		0) {
		complain(&errors);
		return ERR_CONFIG;
	}
	setup->own_name = is_theirs(conf, "common", "authserv-id");
	setup->own_sign = is_theirs(conf, "sign", "domain") ||
		is_theirs(conf, "sign", "key-table");
	if (setup->own_sign && setup->domain_count == 0)
		take_domains(setup, conf_get(conf, "sign"));
	return 0;
}
