#include "mail/results.h"

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

static const struct str policy_words[] = {
	[DMARC_POLICY_NONE] = STR("none"),
	[DMARC_POLICY_QUARANTINE] = STR("quarantine"),
	[DMARC_POLICY_REJECT] = STR("reject"),
};

enum {
	AUTH_WORDS = sizeof(auth_words) / sizeof(auth_words[0]),
	POLICY_WORDS = sizeof(policy_words) / sizeof(policy_words[0]),
};

/* The index of text among the words; -1 when it is none of them. */
static int
word_index(const struct str *words, int count, struct str text)
{
	for (int i = 0; i < count; i++)
		if (str_ieq(words[i], text))
			return i;
	return -1;
}

const char *
auth_result_text(enum auth_result result)
{
	return auth_words[result].p;
}

bool
auth_result_parse(struct str text, enum auth_result *ret)
{
	int i = word_index(auth_words, AUTH_WORDS, text);

	if (i >= 0)
		*ret = (enum auth_result)i;
	return i >= 0;
}

const char *
dmarc_policy_text(enum dmarc_policy policy)
{
	return policy_words[policy].p;
}

bool
dmarc_policy_parse(struct str text, enum dmarc_policy *ret)
{
	int i = word_index(policy_words, POLICY_WORDS, text);

	if (i >= 0)
		*ret = (enum dmarc_policy)i;
	return i >= 0;
}
