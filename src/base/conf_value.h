/*
 * One configuration value: from text into its field, and its description.
 */
#ifndef BASE_CONF_VALUE_H
#define BASE_CONF_VALUE_H

#include "base/conf.h"

/*
 * Parse text as the option's type into *field.  ERR_SYNTAX with *why saying
 * what is expected (in arena or static); ERR_NOMEM.
 */
int conf_value_parse(struct arena *arena, const struct conf_option *option,
	struct str text, void *field, struct str *why) MUST_USE;

/* "integer 1 to 100", "one of: off log enforce", ... for people. */
struct str conf_value_kind(
	struct arena *arena, const struct conf_option *option) MUST_USE;

#endif
