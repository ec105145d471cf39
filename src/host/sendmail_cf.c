#include "host/sendmail_cf.h"

#include "base/strbuf.h"

#include <stdio.h>

enum { FILTER_NAME = 64 };

/* "key=value" with either letter or word for a key: only its first counts. */
static bool
equate(struct str part, char key, struct str *value)
{
	part = str_trim(part);
	if (part.n == 0 || to_lower(part.p[0]) != to_lower(key))
		return false;
	if (str_index(part, '=') == part.n)
		return false;
	(void)str_cut(&part, '=');
	*value = str_trim(part);
	return true;
}

/* "30s", "5m", "2h", "1d"; a bare number is minutes.  -1: no time. */
static long
milliseconds(struct str text)
{
	static const struct {
		char unit;
		long ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 },
		{ 'd', 86400000 } };
	unsigned long number;
	size_t digits = 0;

	while (digits < text.n && is_digit(text.p[digits]))
		digits++;
	if (!str_to_ulong(str_first(text, digits), 1000000, &number))
		return -1;
	if (digits == text.n)
		return (long)number * 60000;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].unit == to_lower(text.p[digits]))
			return (long)number * units[i].ms;
	return -1;
}

static void
parse_timeouts(struct str list, long timeout[4])
{
	static const char letters[] = "CSRE";

	while (list.p != NULL) {
		struct str part = str_trim(str_cut(&list, ';'));
		const char *letter = part.n > 2 && part.p[1] == ':'
			? strchr(letters, part.p[0])
			: NULL;

		if (letter != NULL)
			timeout[letter - letters] =
				milliseconds(str_from(part, 2));
	}
}

static struct cf_filter
parse_filter(struct str line)
{
	struct cf_filter filter = { .timeout = { -1, -1, -1, -1 } };
	struct str times;

	filter.name = str_trim(str_cut(&line, ','));
	while (line.p != NULL) {
		struct str part = str_cut(&line, ',');

		if (equate(part, 'S', &filter.socket) ||
			equate(part, 'F', &filter.flags))
			continue;
		if (equate(part, 'T', &times))
			parse_timeouts(times, filter.timeout);
	}
	return filter;
}

static struct cf_daemon
parse_daemon(struct str line)
{
	struct cf_daemon daemon = { .name = STR("Daemon0") };

	while (line.p != NULL) {
		struct str part = str_cut(&line, ',');

		if (!equate(part, 'N', &daemon.name) &&
			equate(part, 'I', &daemon.filters))
			daemon.has_filters = true;
	}
	return daemon;
}

/* The line without the option's name, when it is that one. */
static bool
is_option(struct str line, struct str name, struct str *value)
{
	struct str prefix = { "O ", 2 };

	if (!str_istarts(line, prefix))
		return false;
	line = str_from(line, 2);
	if (!str_ieq(str_trim(str_cut(&line, '=')), name))
		return false;
	*value = str_trim(line);
	return true;
}

int
cf_parse(struct arena *arena, struct str text, struct cf *ret)
{
	/* Where Fedora's sendmail has it when it is not told. */
	struct cf cf = { .pid_file = STR("/run/sendmail.pid") };
	struct str line, value;
	size_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	cf.filters = arena_array(arena, lines, sizeof(*cf.filters));
	cf.daemons = arena_array(arena, lines, sizeof(*cf.daemons));
	if (cf.filters == NULL || cf.daemons == NULL)
		return ERR_NOMEM;
	while (text.p != NULL) {
		line = str_cut(&text, '\n');
		if (line.n > 0 && line.p[0] == 'X')
			cf.filters[cf.filter_count++] =
				parse_filter(str_from(line, 1));
		else if (is_option(line, STR("DaemonPortOptions"), &value))
			cf.daemons[cf.daemon_count++] = parse_daemon(value);
		else if (is_option(line, STR("InputMailFilters"), &value))
			cf.input_filters = value;
		else if (is_option(line, STR("PidFile"), &value))
			cf.pid_file = value;
	}
	*ret = cf;
	return 0;
}

const struct cf_filter *
cf_find(const struct cf *cf, struct str name)
{
	for (size_t i = 0; i < cf->filter_count; i++)
		if (str_eq(cf->filters[i].name, name))
			return &cf->filters[i];
	return NULL;
}

int
cf_position(struct str list, struct str name)
{
	for (int at = 0; list.p != NULL; at++) {
		char sep = str_index(list, ';') < str_index(list, ',') ? ';'
									: ',';

		if (str_eq(str_trim(str_cut(&list, sep)), name))
			return at;
	}
	return -1;
}

bool
cf_in_order(struct str list, const char *const *milters)
{
	int last = -1;

	for (; *milters != NULL; milters++) {
		char name[FILTER_NAME];
		int at;

		snprintf(name, sizeof(name), "mailvet-%s", *milters);
		at = cf_position(list, str_of(name));
		if (at <= last)
			return false;
		last = at;
	}
	return true;
}

bool
cf_uses(const struct cf *cf, const char *const *milters)
{
	for (const char *const *m = milters; *m != NULL; m++) {
		char name[FILTER_NAME];

		snprintf(name, sizeof(name), "mailvet-%s", *m);
		if (cf_find(cf, str_of(name)) == NULL)
			return false;
	}
	return cf_in_order(cf->input_filters, milters);
}
