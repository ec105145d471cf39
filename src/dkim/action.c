#include "dkim/action.h"

/* The better the higher; 0: does not count. */
static int
worth(const struct dkim_result *sig)
{
	if (sig->test && sig->result != AUTH_PASS)
		return 0;
	switch (sig->result) {
	case AUTH_PASS:
		return 5;
	case AUTH_TEMPERROR:
		return 4;
	case AUTH_POLICY:
		return 3;
	case AUTH_FAIL:
		return 2;
	case AUTH_PERMERROR:
		return 1;
	default:
		return 0;
	}
}

enum auth_result
action_result(const struct dkim_results *results)
{
	enum auth_result best = AUTH_NONE;
	int most = 0;

	for (size_t i = 0; i < results->count; i++) {
		int value = worth(&results->sigs[i]);

		if (value > most) {
			most = value;
			best = results->sigs[i].result;
		}
	}
	return best;
}

enum dkim_action
action_for(const struct dkim_conf *conf, enum auth_result result,
	struct reply *ret_reply)
{
	const struct {
		enum auth_result result;
		int action;
		const char *defer, *reject;
		const char *text;
	} rows[] = {
		{ AUTH_NONE, conf->on_none, "4.7.20", "5.7.20",
			"Mail without a DKIM signature is not accepted" },
		{ AUTH_FAIL, conf->on_fail, "4.7.20", "5.7.20",
			"No DKIM signature of the message is right" },
		{ AUTH_POLICY, conf->on_policy, "4.7.21", "5.7.21",
			"No DKIM signature of the message is acceptable" },
		{ AUTH_PERMERROR, conf->on_permerror, "4.7.20", "5.7.20",
			"No DKIM signature of the message is valid" },
		{ AUTH_TEMPERROR, conf->on_temperror, "4.7.5", NULL,
			"The key of the DKIM signature cannot be fetched for "
			"now" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool reject = rows[i].action == DKIM_REJECT;

		if (rows[i].result != result || rows[i].action == DKIM_ACCEPT)
			continue;
		*ret_reply = (struct reply){ reject ? "550" : "451",
			reject ? rows[i].reject : rows[i].defer, rows[i].text };
		return (enum dkim_action)rows[i].action;
	}
	return DKIM_ACCEPT;
}
