/*
 * What a [sign] section amounts to: the keys, who is signed, and how.
 */
#ifndef SIGN_LOAD_H
#define SIGN_LOAD_H

#include "filter/filter.h"
#include "sign/rules.h"
#include "sign/sign.h"

struct sign_settings {
	struct sign_options options;
	struct rules rules;
	struct key_table keys;
};

/*
 * Read tables and keys.  Everything lives in load->arena; all that is wrong is
 * said through load->errors.  ERR_CONFIG, ERR_NOMEM, ERR_LIBRARY.
 */
int sign_settings_load(const struct load *load,
	const struct sign_settings **ret) MUST_USE;

#endif
