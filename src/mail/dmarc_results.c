#include "mail/dmarc_results.h"

static const struct str policy_words[] = {
	[DMARC_POLICY_NONE] = STR("none"),
	[DMARC_POLICY_QUARANTINE] = STR("quarantine"),
	[DMARC_POLICY_REJECT] = STR("reject"),
};

static const struct str reason_words[] = {
	[REASON_LOCAL_POLICY] = STR("local_policy"),
	[REASON_MAILING_LIST] = STR("mailing_list"),
	[REASON_OTHER] = STR("other"),
	[REASON_TEST_MODE] = STR("policy_test_mode"),
	[REASON_TRUSTED_FORWARDER] = STR("trusted_forwarder"),
};

#define COUNT(words) (int)(sizeof(words) / sizeof((words)[0]))

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
dmarc_policy_text(enum dmarc_policy policy)
{
	return policy_words[policy].p;
}

bool
dmarc_policy_parse(struct str text, enum dmarc_policy *ret)
{
	int i = word_index(policy_words, COUNT(policy_words), text);

	if (i >= 0)
		*ret = (enum dmarc_policy)i;
	return i >= 0;
}

const char *
dmarc_reason_text(enum dmarc_reason_type type)
{
	return reason_words[type].p;
}

bool
dmarc_reason_parse(struct str text, enum dmarc_reason_type *ret)
{
	int i = word_index(reason_words, COUNT(reason_words), text);

	if (i >= 0)
		*ret = (enum dmarc_reason_type)i;
	return i >= 0;
}

void
dmarc_reason_add(struct dmarc_results *dmarc, enum dmarc_reason_type type,
	struct str comment)
{
	if (dmarc->reason_count < DMARC_REASONS_MAX)
		dmarc->reasons[dmarc->reason_count++] =
			(struct dmarc_reason){ type, comment };
}
