#include "sign/session.h"
#include "dns/name.h"
#include "mail/address.h"
#include "sign/conf.h"
#include "sign/sign.h"

struct settings {
	struct sign_options options;
	bool subdomains;
};

struct session {
	struct message *message;
	const struct settings *settings;
	struct signing *signing; /* NULL: not to be signed */
};

/* ---- the configuration ------------------------------------------------- */

static bool
is_given(const char *value)
{
	return value != NULL && value[0] != '\0';
}

/* All three options, or a complaint about each one that is missing. */
static int
check_complete(const struct load *load, const struct sign_conf *conf)
{
	const struct {
		const char *key, *value;
	} needed[] = {
		{ "domain", conf->domain },
		{ "selector", conf->selector },
		{ "key", conf->key },
	};
	const size_t count = sizeof(needed) / sizeof(needed[0]);
	const char *present = "domain";
	int r = 0;

	/* One that is there tells where the others should be. */
	for (size_t i = 0; i < count; i++)
		if (is_given(needed[i].value))
			present = needed[i].key;
	for (size_t i = 0; i < count; i++) {
		if (is_given(needed[i].value))
			continue;
		conf_error(load->errors,
			conf_where(load->conf, sign_section.name, present),
			"[sign] %s is missing: nothing can be signed",
			needed[i].key);
		r = ERR_CONFIG;
	}
	return r;
}

static int
load_name(const struct load *load, const char *key, const char *value,
	struct str *ret)
{
	int r = name_normalise(load->arena, str_of(value), ret);

	if (r != ERR_SYNTAX)
		return r;
	conf_error(load->errors,
		conf_where(load->conf, sign_section.name, key),
		"%s = %s is not a domain name", key, value);
	return ERR_CONFIG;
}

static int
load_key(const struct load *load, const char *path, struct settings *settings)
{
	struct sign_key *key;
	int r = sign_key_load(load->arena, path, load->errors,
		conf_where(load->conf, sign_section.name, "key"), &key);

	if (r == 0)
		settings->options.key = key;
	return r;
}

static int
load(const struct load *load, const void **ret)
{
	const struct sign_conf *conf =
		conf_get(load->conf, sign_section.name);
	struct settings *settings =
		arena_alloc(load->arena, sizeof(*settings));
	struct sign_options *options;
	int r;

	if (settings == NULL)
		return ERR_NOMEM;
	options = &settings->options;
	settings->subdomains = conf->subdomains;
	r = check_complete(load, conf);
	if (r == 0)
		r = load_name(load, "domain", conf->domain, &options->domain);
	if (r == 0)
		r = load_name(load, "selector", conf->selector,
			&options->selector);
	if (r == 0)
		r = load_key(load, conf->key, settings);
	if (r == 0)
		r = dk_library_new(load->arena, &options->library);
	if (r == 0)
		*ret = settings;
	return r;
}

/* ---- a message --------------------------------------------------------- */

static void *
begin(struct message *message, const void *settings)
{
	struct session *session =
		arena_alloc(message->arena, sizeof(*session));

	if (session != NULL)
		*session = (struct session){ message, settings, NULL };
	return session;
}

static void
not_signed(struct session *session, const char *reason)
{
	session->signing = NULL;
	session->message->results.sign = (struct sign_results){
		.known = true,
		.reason = str_of(reason),
	};
}

static bool
is_ours(const struct settings *settings, struct str domain)
{
	if (settings->subdomains)
		return name_within(domain, settings->options.domain);
	return str_eq(domain, settings->options.domain);
}

/* Why these authors' mail is not signed; NULL: it is. */
static int
judge_authors(struct session *session, const struct authors *authors,
	const char **reason)
{
	struct str first = { NULL, 0 };

	for (size_t i = 0; i < authors->count; i++) {
		struct str domain;
		int r = name_normalise(session->message->arena,
			authors->boxes[i].domain, &domain);

		if (r == ERR_NOMEM)
			return r;
		if (r < 0)
			*reason = "From has an address without a domain";
		else if (first.p != NULL && !str_eq(domain, first))
			*reason = "From has authors of several domains";
		else if (!is_ours(session->settings, domain))
			*reason = "From is not in our domain";
		if (*reason != NULL)
			return 0;
		first = domain;
	}
	if (authors->count == 0)
		*reason = "From has no author";
	return 0;
}

static int
judge(struct session *session, const char **reason)
{
	const struct headers *headers = &session->message->headers;
	const struct header *from = headers_find(headers, STR("From"), 1);
	struct authors authors = { 0 };
	int r;

	*reason = NULL;
	if (from == NULL)
		*reason = "no From";
	else if (headers_count(headers, STR("From")) > 1)
		*reason = "more than one From";
	if (*reason != NULL)
		return 0;
	r = address_authors(session->message->arena, from->value, &authors);
	if (r == ERR_NOMEM)
		return r;
	if (r < 0) {
		*reason = "From cannot be parsed";
		return 0;
	}
	return judge_authors(session, &authors, reason);
}

/*
 * The message itself makes a signature impossible: it goes on without one, for
 * it will not get better.  Any other failure is ours: it has to wait, for mail
 * must not leave unsigned by accident.
 */
static enum verdict
failed(struct session *session, int err, const char *reason)
{
	if (err != ERR_SYNTAX && err != ERR_LIMIT)
		return VERDICT_TEMPFAIL;
	not_signed(session, reason);
	return VERDICT_CONTINUE;
}

static enum verdict
headers(void *arg)
{
	struct session *session = arg;
	struct message *message = session->message;
	const char *reason;
	int r = judge(session, &reason);

	if (r < 0)
		return VERDICT_TEMPFAIL;
	if (reason != NULL) {
		not_signed(session, reason);
		return VERDICT_CONTINUE;
	}
	r = signing_new(message->arena, &session->settings->options,
		&message->headers, &session->signing);
	if (r < 0)
		return failed(session, r, "the header has a NUL byte");
	return VERDICT_CONTINUE;
}

static enum verdict
body(void *arg, struct str chunk)
{
	struct session *session = arg;
	int r;

	if (session->signing == NULL)
		return VERDICT_SKIP;
	r = signing_body(session->signing, chunk);
	if (r < 0)
		return failed(session, r, "the body has a line too long");
	return VERDICT_CONTINUE;
}

static enum verdict
end(void *arg)
{
	struct session *session = arg;
	struct message *message = session->message;
	struct str value;
	int r;

	if (session->signing == NULL)
		return VERDICT_CONTINUE;
	r = signing_end(session->signing, &value);
	if (r < 0)
		return failed(session, r, "the body has a bare CR or LF");
	edits_add(&message->edits, message->arena, STR("DKIM-Signature"),
		value);
	message->results.sign = (struct sign_results){
		.known = true,
		.signed_ = true,
		.domain = session->settings->options.domain,
		.selector = session->settings->options.selector,
	};
	return VERDICT_CONTINUE;
}

const struct filter sign_filter = {
	.name = "sign",
	.direction = OUTBOUND,
	.events = EVENT_CONNECT | EVENT_MAIL | EVENT_HEADERS | EVENT_BODY |
		EVENT_END,
	.replies = EVENT_CONNECT | EVENT_MAIL | EVENT_END,
	.edits = EDIT_MAY_ADD,
	.uses_dns = false,
	.section = &sign_section,
	.load = load,
	.begin = begin,
	.headers = headers,
	.body = body,
	.end = end,
};
