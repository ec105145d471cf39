#include "dkim/session.h"
#include "dkim/conf.h"
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

/* Could a key that was not to be had for now have made the difference? */
static bool
is_undecided(const struct dkim_results *results)
{
	bool temporary = false;

	for (size_t i = 0; i < results->count; i++) {
		if (results->sigs[i].result == AUTH_PASS)
			return false;
		if (results->sigs[i].result == AUTH_TEMPERROR)
			temporary = true;
	}
	return temporary;
}

static enum verdict
end(void *arg)
{
	struct session *session = arg;
	struct message *message = session->message;

	if (verifier_end(session->verifier, &message->results.dkim) < 0)
		return VERDICT_TEMPFAIL;
	if (session->settings->conf->on_temperror == ON_TEMPERROR_ACCEPT ||
		!is_undecided(&message->results.dkim))
		return VERDICT_CONTINUE;
	reply_make(message->arena, "451", "4.7.5",
		STR("the key of the DKIM signature is not to be had for now"),
		&message->reply);
	return VERDICT_TEMPFAIL;
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
