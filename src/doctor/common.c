#include "doctor/doctor.h"

#include "host/file.h"
#include "keys/resolver.h"

#include <stdlib.h>

#define CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

int
doctor_common(struct doctor *doctor)
{
	struct arena *arena = doctor->host->arena;
	const char *path = host_path(doctor->host, CONF);
	const char *keys = host_path(doctor->host, HOST_KEYS);
	int err;

	if (path == NULL || keys == NULL)
		return ERR_NOMEM;
	err = keyset_load(arena, file_exists(path) ? path : NULL, keys,
		&doctor->keys);
	/* A broken configuration is for doctor_config to tell. */
	if (err == ERR_CONFIG)
		err = keyset_load(arena, NULL, keys, &doctor->keys);
	doctor->common = doctor->keys.common;
	return err;
}

static void
close_resolver(void *dns)
{
	dns_close(dns);
}

struct dns *
doctor_dns_open(const struct doctor *doctor)
{
	struct dns *dns = resolver_open(doctor->common, doctor->zone);

	/* Questions go with the arena; it has to close behind them. */
	if (dns != NULL &&
		arena_defer(doctor->host->arena, close_resolver, dns) < 0)
		return NULL;
	return dns;
}

static bool
is_new(const struct str *list, size_t count, struct str domain)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(list[i], domain))
			return false;
	return !str_eq(domain, STR("*"));
}

const struct str *
doctor_domains(const struct doctor *doctor, size_t *count)
{
	const struct keyset *keys = &doctor->keys;
	struct str *list = arena_array(doctor->host->arena, keys->count + 1,
		sizeof(*list));

	*count = 0;
	for (size_t i = 0; list != NULL && i < keys->count; i++) {
		struct str domain = keys->items[i].domain;

		if (keys->items[i].used && is_new(list, *count, domain))
			list[(*count)++] = arena_copy(doctor->host->arena,
				domain);
	}
	return list;
}
