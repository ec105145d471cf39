#include "mail/auth.h"

static const struct str auth_words[] = {
	[AUTH_NONE] = STR("none"),
	[AUTH_PASS] = STR("pass"),
	[AUTH_FAIL] = STR("fail"),
	[AUTH_SOFTFAIL] = STR("softfail"),
	[AUTH_NEUTRAL] = STR("neutral"),
	[AUTH_POLICY] = STR("policy"),
	[AUTH_TEMPERROR] = STR("temperror"),
	[AUTH_PERMERROR] = STR("permerror"),
};

const char *
auth_result_text(enum auth_result result)
{
	return auth_words[result].p;
}

bool
auth_result_parse(struct str text, enum auth_result *ret)
{
	for (size_t i = 0; i < sizeof(auth_words) / sizeof(*auth_words); i++) {
		if (str_ieq(auth_words[i], text)) {
			*ret = (enum auth_result)i;
			return true;
		}
	}
	return false;
}
