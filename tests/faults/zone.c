#include "zone.h"

#include "../unit/dns/name_server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 32, WIRE_MAX = 1024, LINE_SIZE = 2048, STRING_MAX = 255 };

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_TXT = 16 };

static struct server_record table[RECORDS_MAX + 1];

/* Quoted strings: each with its length in front. */
static size_t
wire_txt(const char *text, char *out)
{
	size_t n = 0;

	while ((text = strchr(text, '"')) != NULL) {
		size_t length = strcspn(text + 1, "\"");

		if (length > STRING_MAX)
			return 0;
		out[n++] = (char)length;
		memcpy(out + n, text + 1, length);
		n += length;
		text += length + 2;
	}
	return n;
}

/* "10 mail.pass.test." */
static size_t
wire_mx(const char *text, char *out)
{
	char *end;
	unsigned long preference = strtoul(text, &end, 10);
	size_t n = 2;

	out[0] = (char)(preference >> 8);
	out[1] = (char)preference;
	for (end += strspn(end, " "); *end != '\0' && *end != '\n';) {
		size_t length = strcspn(end, ".\n");

		out[n++] = (char)length;
		memcpy(out + n, end, length);
		n += length;
		end += length + (end[length] == '.');
	}
	out[n++] = '\0';
	return n;
}

static size_t
wire_a(const char *text, char *out)
{
	char address[INET_ADDRSTRLEN] = "";

	sscanf(text, "%15s", address);
	return inet_pton(AF_INET, address, out) == 1 ? 4 : 0;
}

static const struct {
	const char *name;
	unsigned type;
	size_t (*wire)(const char *text, char *out);
} types[] = { { "TXT", TYPE_TXT, wire_txt }, { "MX", TYPE_MX, wire_mx },
	{ "A", TYPE_A, wire_a } };

/* False for a line that is no record. */
static bool
read_record(const char *line, struct server_record *ret)
{
	char name[256], type[8], data[WIRE_MAX];
	int at = 0;

	if (sscanf(line, " %255s IN %7s %n", name, type, &at) < 2 || at == 0)
		return false;
	*ret = (struct server_record){ .behaviour = ANSWER };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, type) != 0)
			continue;
		ret->type = types[i].type;
		ret->size = types[i].wire(line + at, data);
	}
	if (ret->size == 0)
		return false;
	name[strlen(name) - 1] = '\0';	/* its dot */
	ret->name = strdup(name);
	ret->data = memcpy(malloc(ret->size), data, ret->size);
	return true;
}

bool
zone_serve(const char *path, unsigned port)
{
	FILE *f = fopen(path, "re");
	char line[LINE_SIZE];
	size_t n = 0;

	if (f == NULL)
		return false;
	while (n < RECORDS_MAX && fgets(line, sizeof(line), f) != NULL)
		n += read_record(line, &table[n]);
	fclose(f);
	return server_start(table, port) != NULL;
}
