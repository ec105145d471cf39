/* A configuration in a directory of its own, for test_conf*.c. */
#ifndef TESTS_UNIT_BASE_CONF_FIXTURE_H
#define TESTS_UNIT_BASE_CONF_FIXTURE_H

#include "unit/base/check.h"

#include "base/conf.h"
#include "base/ipnet.h"

struct values {
	const char *text;
	const char *file;
	bool flag;
	long number;
	long delay;
	int choice;
	struct ipnet_list nets;
	struct conf_list words;
};

#define AT(field) offsetof(struct values, field)

static const char *const choices_of_test[] = { "off", "on", NULL };

static const struct conf_option options_of_test[] = {
	{ .key = "text", .type = CONF_STRING, .offset = AT(text),
		.initial = "initial text", .help = "A text" },
	{ .key = "file", .type = CONF_PATH, .offset = AT(file),
		.help = "A file" },
	{ .key = "flag", .type = CONF_BOOL, .offset = AT(flag),
		.initial = "yes", .help = "A flag" },
	{ .key = "number", .type = CONF_INT, .offset = AT(number),
		.initial = "7", .min = 1, .max = 99, .help = "A number" },
	{ .key = "delay", .type = CONF_DURATION, .offset = AT(delay),
		.initial = "2s", .max = 9000, .help = "A delay" },
	{ .key = "choice", .type = CONF_ENUM, .offset = AT(choice),
		.initial = "on", .choices = choices_of_test,
		.help = "A choice" },
	{ .key = "nets", .type = CONF_NETS, .offset = AT(nets),
		.initial = "127.0.0.0/8, ::1", .help = "Networks" },
	{ .key = "words", .type = CONF_LIST, .offset = AT(words),
		.initial = "a b", .help = "Words" },
	{ .key = NULL },
};

static const struct conf_section first_section = { "first", options_of_test,
	sizeof(struct values) };
static const struct conf_section second_section = { "second", options_of_test,
	sizeof(struct values) };
static const struct conf_section *const both[] = { &first_section,
	&second_section, NULL };
static const char *const foreign_sections[] = { "other", NULL };

static char conf_path[64];

/* The text of the main file or, with a name, of a drop-in. */
static inline void
conf_file(const char *drop_in, struct str text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s%s%s", conf_path,
		drop_in != NULL ? ".d/" : "", drop_in != NULL ? drop_in : "");
	write_file(path, text, 0600);
}

static inline int
conf_setup(void **state)
{
	static char dir[] = "/tmp/mailvet-conf-XXXXXX", sub[80];

	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(conf_path, sizeof(conf_path), "%s/t.conf", dir);
	snprintf(sub, sizeof(sub), "%s.d", conf_path);
	return mkdir(sub, 0700);
}

static inline int
conf_teardown(void **state)
{
	char command[100];

	(void)state;
	*strrchr(conf_path, '/') = '\0';
	snprintf(command, sizeof(command), "rm -rf %s", conf_path);
	return system(command);
}

#endif
