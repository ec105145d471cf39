#include "dkim/session.h"
#include "dkim/action.h"
#include "dkim/verify.h"

struct settings {
	const struct dkim_conf *conf;
	struct verify_options options;
};

struct session {
	struct message *message;
	const struct settings *settings;
	struct verifier *verifier;
};

static int
load(const struct load *load, const void **ret)
{
	struct settings *settings =
		arena_alloc(load->arena, sizeof(*settings));
	int r;

	if (settings == NULL)
		return ERR_NOMEM;
	settings->conf = conf_get(load->conf, dkim_section.name);
	settings->options = (struct verify_options){
		.minimum_bits = (unsigned)settings->conf->minimum_key_bits,
		.maximum = (unsigned)settings->conf->maximum_signatures,
		.partial = (enum partial_body)settings->conf->partial_body,
		.ignore_tests =
			settings->conf->test_keys == TEST_KEYS_IGNORE,
	};
	r = dk_library_new(load->arena, &settings->options.library);
	if (r < 0)
		return r;
	*ret = settings;
	return 0;
}

static void *
begin(struct message *message, const void *settings)
{
	struct session *session =
		arena_alloc(message->arena, sizeof(*session));

	if (session != NULL)
		*session = (struct session){ message, settings, NULL };
	return session;
}

static enum verdict
headers(void *arg)
{
	struct session *session = arg;
	struct message *message = session->message;
	int r = verifier_new(message->arena, &session->settings->options,
		&message->dns, &message->headers, &session->verifier);

	return r < 0 ? VERDICT_TEMPFAIL : VERDICT_CONTINUE;
}

static enum verdict
body(void *arg, struct str chunk)
{
	struct session *session = arg;

	if (!verifier_wants_body(session->verifier))
		return VERDICT_SKIP;
	if (verifier_body(session->verifier, chunk) < 0)
		return VERDICT_TEMPFAIL;
	return VERDICT_CONTINUE;
}

/* The signatures have the last word only where the configuration says so. */
static enum verdict
decide(struct session *session)
{
	struct message *message = session->message;
	struct dkim_results *results = &message->results.dkim;
	struct reply reply;
	enum dkim_action action = action_for(session->settings->conf,
		action_result(results), &reply);

	if (action == DKIM_ACCEPT)
		return VERDICT_CONTINUE;
	if (message->common->dry_run) {
		results->override = action == DKIM_REJECT ?
			STR("dry run, would reject") :
			STR("dry run, would defer");
		return VERDICT_CONTINUE;
	}
	message->reply = reply;
	return action == DKIM_REJECT ? VERDICT_REJECT : VERDICT_TEMPFAIL;
}

static enum verdict
end(void *arg)
{
	struct session *session = arg;

	if (verifier_end(session->verifier,
		&session->message->results.dkim) < 0)
		return VERDICT_TEMPFAIL;
	return decide(session);
}

const struct filter dkim_filter = {
	.name = "dkim",
	.direction = INBOUND,
	.events = EVENT_MAIL | EVENT_HEADERS | EVENT_BODY | EVENT_END,
	.replies = EVENT_BODY | EVENT_END,
	.edits = 0,
	.uses_dns = true,
	.section = &dkim_section,
	.load = load,
	.begin = begin,
	.headers = headers,
	.body = body,
	.end = end,
};
