#include "keys/resolver.h"

#include "base/file.h"

static struct dns *
open_zone(const char *path)
{
	struct dns *dns = NULL;
	unsigned line = 0;
	int r = dns_open_zone(path, &dns, &line);

	if (r == ERR_IO || r == ERR_NOT_FILE)
		fprintf(stderr, "mailvet: zone %s: %s\n", path, file_why(r));
	else if (r < 0)
		fprintf(stderr, "mailvet: %s:%u: %s\n", path, line,
			err_text(r));
	return r < 0 ? NULL : dns;
}

struct dns *
resolver_open(const struct common *common, const char *zone)
{
	const struct dns_options options = {
		.nameservers = common->nameservers,
		.trust_anchor = common->trust_anchor,
	};
	struct dns *dns = NULL;
	int r;

	if (zone != NULL || common->zone != NULL)
		return open_zone(zone != NULL ? zone : common->zone);
	r = dns_open(&options, &dns);
	if (r < 0)
		fprintf(stderr, "mailvet: the DNS: %s\n", err_text(r));
	return r < 0 ? NULL : dns;
}
