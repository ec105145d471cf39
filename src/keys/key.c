/*
 * mailvet key: the DKIM keys of this host.
 */
#include "keys/key.h"

#include "admin/command.h"

#include <stddef.h>

static const struct command commands[] = {
	{ "new", key_new, "make a key and print its DNS record" },
	{ "list", key_list, "list the keys" },
	{ "check", key_check, "compare the keys with the DNS" },
	{ "retire", key_retire, "take a key out of service" },
	{ .name = NULL },
};

int
command_key(int argc, char **argv)
{
	return command_dispatch("mailvet key", commands, argc, argv);
}
